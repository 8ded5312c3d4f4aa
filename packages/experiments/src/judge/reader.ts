import { numpy as np } from "@jax-js/jax";
import type { Backend, HostArrays } from "../contract/backend.ts";
import { type DataForm, exampleSize, type ImageShape, type Split } from "../contract/dataset.ts";
import { accuracy } from "../nn/classify.ts";
import { judgeScores, judgeShapes } from "./network.ts";

/** Pictures at a time. The last block is filled up with blank ones, so that there is one shape and one program. */
const BLOCK = 500;

/** A trained classifier that reads pictures. */
export interface Reader {
  /** Probabilities of the classes, `[count * classes]`, of pictures `[count * size]` in 0..255. */
  probabilities(pictures: Uint8Array): Promise<Float32Array>;
  /** The most probable class of each. */
  classes(pictures: Uint8Array): Promise<Uint8Array>;
  /** The part of labelled images that it reads as their labels say. */
  accuracy(split: Split): Promise<number>;
  /** Frees its parameters on the device. */
  dispose(): void;
}

/**
 * @param form of the data that it was trained on.
 * @param parameters `w1`, `b1`, ... of the judge's network.
 * @throws RangeError if one is missing, or of another shape.
 * @example
 * const judge = readerOf(parametersIn(await training.state()), dataset, backend);
 * const right = await judge.accuracy(dataset.test);
 */
export function readerOf(parameters: HostArrays, form: DataForm, backend: Backend): Reader {
  const shapes = judgeShapes(form);
  const size = exampleSize(form.shape);
  const classCount = form.classes.length;
  for (const [name, { shape }] of Object.entries(shapes))
    if (parameters[name]?.shape.join() !== shape.join())
      throw new RangeError(
        `this is not a judge: parameter ${name} has shape [${parameters[name]?.shape ?? "missing"}], expected [${shape}].`,
      );
  const own = Object.fromEntries(Object.keys(shapes).map((name) => [name, parameters[name]!]));
  const resident = backend.put(own);
  const program = backend.evaluate((params, { images }) => {
    const scores = judgeScores(params, images!, form.shape as ImageShape);
    const exp = np.exp(scores.ref.sub(np.max(scores, -1, { keepdims: true })));
    return { probabilities: exp.ref.div(np.sum(exp, -1, { keepdims: true })) };
  });
  async function probabilities(pictures: Uint8Array): Promise<Float32Array> {
    const count = pictures.length / size;
    const joined = new Float32Array(count * classCount);
    for (let from = 0; from < count; from += BLOCK) {
      const data = new Uint8Array(BLOCK * size);
      data.set(pictures.subarray(from * size, (from + BLOCK) * size));
      const made = await program(resident, { images: { shape: [BLOCK, size], data } });
      const rows = Math.min(BLOCK, count - from);
      joined.set(
        (made.probabilities!.data as Float32Array).subarray(0, rows * classCount),
        from * classCount,
      );
    }
    return joined;
  }
  async function classes(pictures: Uint8Array): Promise<Uint8Array> {
    return mostProbable(await probabilities(pictures), classCount);
  }
  return {
    probabilities,
    classes,
    accuracy: async (split) => accuracy(await classes(split.images.subarray(0, split.count * size)), split),
    dispose: () => resident.dispose(),
  };
}

/** The place of the largest number of every row. */
export function mostProbable(rows: Float32Array, width: number): Uint8Array {
  return Uint8Array.from({ length: rows.length / width }, (_, n) => {
    let best = 0;
    for (let c = 1; c < width; c++) if (rows[n * width + c]! > rows[n * width + best]!) best = c;
    return best;
  });
}
