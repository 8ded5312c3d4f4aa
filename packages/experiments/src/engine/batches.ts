import type { Batch, Split } from "../contract/dataset.ts";
import type { Facts } from "../contract/experiment.ts";

export function emptyBatch(count: number): Batch {
  return {
    images: { shape: [count, 784], data: new Uint8Array(count * 784) },
    labels: { shape: [count], data: new Uint8Array(count) },
  };
}

/** Some examples, in a new batch or in place of what is in an old one. */
export function gather(
  split: Split,
  indices: ArrayLike<number>,
  into: Batch = emptyBatch(indices.length),
): Batch {
  const { images, labels } = into;
  for (let n = 0; n < indices.length; n++) {
    const from = indices[n]! * 784;
    images.data.set(split.images.subarray(from, from + 784), n * 784);
    labels.data[n] = split.labels[indices[n]!]!;
  }
  return into;
}

/** `0 .. count - 1`, or from `start`. */
export function range(count: number, start = 0): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => start + i);
}

/** What an experiment may know of the training set before it starts. */
export function factsOf(split: Split): Facts {
  const sums = new Float64Array(784);
  for (let n = 0; n < split.count; n++) for (let i = 0; i < 784; i++) sums[i]! += split.images[n * 784 + i]!;
  return { meanImage: Float32Array.from(sums, (sum) => sum / split.count / 255) };
}
