import type { Split } from "../data/index.ts";
import type { Facts } from "../experiment.ts";
import type { HostArray } from "./backend.ts";

/** Images `[count, 784]` and labels `[count]` of some examples. */
export function gather(split: Split, indices: ArrayLike<number>): { images: HostArray; labels: HostArray } {
  const count = indices.length;
  const images = new Uint8Array(count * 784);
  const labels = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const from = indices[n]! * 784;
    images.set(split.images.subarray(from, from + 784), n * 784);
    labels[n] = split.labels[indices[n]!]!;
  }
  return { images: { shape: [count, 784], data: images }, labels: { shape: [count], data: labels } };
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
