import { size } from "../ir/types.ts";
import { hasVectors } from "../wasm/features.ts";
import { type Draw, type KeyProgram, plainDraw } from "./keys.ts";
import { NoiseForm, simdFill } from "./simd-kernel.ts";

const PAGE = 65_536;
/** Fewer words are not worth a call. */
const LEAST = 16;

/**
 * Draws for `runKeys`, the same bits in a quarter of the time: WebAssembly writes them to memory that is reused, so
 * results are valid until the next call.
 *
 * @example
 * const lowered = lower((key, x) => random.bernoulli(key, x), [random.key(0), np.full([4], 0.5)], {
 *   names: ["key", "x"],
 *   random: "outside",
 * });
 * const noise = runKeys(lowered.keys, { key: Uint32Array.of(0, 7) }, fastDraw(lowered.keys));
 */
export function fastDraw(program: KeyProgram): Draw {
  const places = new Map<number, number>();
  let bytes = 0;
  program.steps.forEach((step, index) => {
    const drawn = step.op === "random_bits" || step.op === "uniform";
    if (!drawn || step.params.mode !== "xor" || size(step.shape) < LEAST) return;
    places.set(index, bytes);
    // The kernel writes whole vectors of 16 bytes, from any word on.
    bytes += 16 * (Math.ceil(size(step.shape) / 4) + 1);
  });
  if (bytes === 0 || !hasVectors()) return plainDraw;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  const fill = simdFill(memory);
  return (index, step, k0, k1) => {
    const place = places.get(index);
    if (place === undefined) return plainDraw(index, step, k0, k1);
    const length = size(step.shape);
    const count = length / k0.length;
    const uniform = step.op === "uniform";
    const kind = !uniform ? NoiseForm.word : step.params.wrapped ? NoiseForm.wrapped : NoiseForm.plain;
    const offset = kind === NoiseForm.plain ? (step.params.offset as number) : 0;
    // In order, because a vector may reach into the words of the next key.
    for (let i = 0; i < k0.length; i++) fill(k0[i]!, k1[i]!, count, place + 4 * i * count, kind, offset);
    return uniform
      ? new Float32Array(memory.buffer, place, length)
      : new Uint32Array(memory.buffer, place, length);
  };
}
