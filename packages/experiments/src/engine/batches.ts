import { type Batch, type DataForm, exampleAt, type Split } from "../contract/dataset.ts";
import type { Facts } from "../contract/experiment.ts";

export function emptyBatch(count: number, size: number): Batch {
  return {
    images: { shape: [count, size], data: new Uint8Array(count * size) },
    labels: { shape: [count], data: new Uint8Array(count) },
  };
}

/** Some examples, in a new batch or in place of what is in an old one. */
export function gather(
  split: Split,
  indices: ArrayLike<number>,
  into: Batch = emptyBatch(indices.length, split.size),
): Batch {
  const { images, labels } = into;
  for (let n = 0; n < indices.length; n++) {
    images.data.set(exampleAt(split, indices[n]!), n * split.size);
    labels.data[n] = split.labels[indices[n]!]!;
  }
  return into;
}

/** `0 .. count - 1`, or from `start`. */
export function range(count: number, start = 0): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => start + i);
}

/** What an experiment may know of data before it starts. */
export function factsOf({ shape, classes }: DataForm, { images, size, count }: Split): Facts {
  const sums = new Float64Array(size);
  for (let n = 0; n < count; n++) for (let i = 0; i < size; i++) sums[i]! += images[n * size + i]!;
  return { shape, classes, meanImage: Float32Array.from(sums, (sum) => sum / count / 255) };
}
