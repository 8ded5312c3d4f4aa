import { numpy as np } from "@jax-js/jax";
import type { Backend, HostArrays } from "../contract/backend.ts";
import type { Split } from "../contract/dataset.ts";
import { scoresOf, shapes } from "./network.ts";

/** Pictures at a time. The last block is filled up with blank ones, so that there is one shape and one program. */
const BLOCK = 500;

/** A trained classifier that reads pictures. */
export interface Reader {
  /** Probabilities of the ten classes, `[count * 10]`, of pictures `[count * 784]` in 0..255. */
  probabilities(pictures: Uint8Array): Promise<Float32Array>;
  /** The most probable class of each. */
  classes(pictures: Uint8Array): Promise<Uint8Array>;
  /** The part of labelled images that it reads as their labels say. */
  accuracy(split: Split): Promise<number>;
  dispose(): void;
}

/**
 * @param parameters `w1`, `b1`, ... of the judge's network.
 * @throws RangeError if one is missing, or of another shape.
 */
export function readerOf(parameters: HostArrays, backend: Backend): Reader {
  for (const [name, { shape }] of Object.entries(shapes))
    if (parameters[name]?.shape.join() !== shape.join())
      throw new RangeError(
        `this is no judge: parameter ${name} has shape [${parameters[name]?.shape ?? "missing"}], expected [${shape}].`,
      );
  const own = Object.fromEntries(Object.keys(shapes).map((name) => [name, parameters[name]!]));
  const resident = backend.put(own);
  const program = backend.evaluate((params, { images }) => {
    const scores = scoresOf(params, images!);
    const exp = np.exp(scores.ref.sub(np.max(scores, -1, { keepdims: true })));
    return { probabilities: exp.ref.div(np.sum(exp, -1, { keepdims: true })) };
  });
  async function probabilities(pictures: Uint8Array): Promise<Float32Array> {
    const count = pictures.length / 784;
    const joined = new Float32Array(count * 10);
    for (let from = 0; from < count; from += BLOCK) {
      const data = new Uint8Array(BLOCK * 784);
      data.set(pictures.subarray(from * 784, (from + BLOCK) * 784));
      const made = await program(resident, { images: { shape: [BLOCK, 784], data } });
      const rows = Math.min(BLOCK, count - from);
      joined.set((made.probabilities!.data as Float32Array).subarray(0, rows * 10), from * 10);
    }
    return joined;
  }
  async function classes(pictures: Uint8Array): Promise<Uint8Array> {
    return largest(await probabilities(pictures));
  }
  return {
    probabilities,
    classes,
    async accuracy({ images, labels, count }) {
      const read = await classes(images.subarray(0, count * 784));
      return read.reduce((right, c, n) => (c === labels[n] ? right + 1 : right), 0) / count;
    },
    dispose: () => resident.dispose(),
  };
}

/** Which of ten numbers is the largest, for every row. */
export function largest(rows: Float32Array): Uint8Array {
  return Uint8Array.from({ length: rows.length / 10 }, (_, n) => {
    let best = 0;
    for (let c = 1; c < 10; c++) if (rows[n * 10 + c]! > rows[n * 10 + best]!) best = c;
    return best;
  });
}
