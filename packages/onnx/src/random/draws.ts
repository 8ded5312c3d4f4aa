import { size } from "../ir/types.ts";
import { hasVectors } from "../wasm/features.ts";
import { type Draw, type KeyProgram, type KeyStep, plainDraw } from "./keys.ts";
import { NoiseForm, simdFill } from "./simd-kernel.ts";

const PAGE = 65_536;
/** Fewer words are not worth a call. */
const LEAST = 16;

/** A draw from one key that `noiseFunction` can do. */
export interface SingleDraw {
  /** Of the noise in the key program's outputs, and its step there. */
  readonly name: string;
  readonly step: number;
  /** In words. */
  readonly count: number;
  readonly form: number;
  readonly offset: number;
}

/** What becomes of the words of a step; undefined for one that does not draw, or in a way that only plain JavaScript has. */
function formOf(step: KeyStep): { readonly form: number; readonly offset: number } | undefined {
  const drawn = step.op === "random_bits" || step.op === "uniform";
  if (!drawn || step.params.mode !== "xor" || size(step.shape) < LEAST) return undefined;
  if (step.op === "random_bits") return { form: NoiseForm.word, offset: 0 };
  if (step.params.wrapped) return { form: NoiseForm.wrapped, offset: 0 };
  return { form: NoiseForm.plain, offset: step.params.offset as number };
}

/** Draws from one key each whose words nothing outside the model reads: they can be made where the model needs them. */
export function singleDraws({ steps, outputs }: KeyProgram): readonly SingleDraw[] {
  const read = new Set(steps.flatMap(({ inputs }) => inputs));
  return outputs.flatMap(({ name, step }) => {
    const made = steps[step]!;
    const form = formOf(made);
    const alone = outputs.filter((other) => other.step === step).length === 1 && !read.has(step);
    if (!form || !alone || size(steps[made.inputs[0]!]!.shape) !== 1) return [];
    return [{ name, step, count: size(made.shape), ...form }];
  });
}

/**
 * Draws for `runKeys`, the same bits in a fifth of the time: WebAssembly writes them to memory that is reused, so
 * results are valid until the next call.
 *
 * @param elsewhere steps that are left to the caller.
 * @example
 * const lowered = lower((key, x) => random.bernoulli(key, x), [random.key(0), np.full([4], 0.5)], {
 *   names: ["key", "x"],
 *   random: "outside",
 * });
 * const noise = runKeys(lowered.keys, { key: Uint32Array.of(0, 7) }, fastDraw(lowered.keys));
 */
export function fastDraw(program: KeyProgram, elsewhere: ReadonlySet<number> = new Set()): Draw {
  const places = new Map<number, number>();
  let bytes = 0;
  program.steps.forEach((step, index) => {
    if (!formOf(step) || elsewhere.has(index)) return;
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
    const { form, offset } = formOf(step)!;
    // In order, because a vector may reach into the words of the next key.
    for (let i = 0; i < k0.length; i++)
      fill(k0[i]!, k1[i]!, 0, 4 * Math.ceil(count / 4), place + 4 * i * count, form, offset);
    return step.op === "uniform"
      ? new Float32Array(memory.buffer, place, length)
      : new Uint32Array(memory.buffer, place, length);
  };
}
