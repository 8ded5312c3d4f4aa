import { numpy as np } from "@jax-js/jax";
import type { Split } from "../data/index.ts";

/** Mean and standard deviation of MNIST's pixels, the usual normalisation. */
const MEAN = 0.1307 * 255;
const DEVIATION = 0.3081 * 255;

const table = Float32Array.from({ length: 256 }, (_, v) => (v - MEAN) / DEVIATION);

/** Images `[count, 784]` and one-hot labels `[count, 10]` of some examples, as arrays. */
export function gather(split: Split, indices: ArrayLike<number>): { images: np.Array; labels: np.Array } {
  const count = indices.length;
  const images = new Float32Array(count * 784);
  const labels = new Float32Array(count * 10);
  for (let n = 0; n < count; n++) {
    const from = indices[n]! * 784;
    const to = n * 784;
    for (let i = 0; i < 784; i++) images[to + i] = table[split.images[from + i]!]!;
    labels[n * 10 + split.labels[indices[n]!]!] = 1;
  }
  return { images: np.array(images).reshape([count, 784]), labels: np.array(labels).reshape([count, 10]) };
}

/** `0 .. count - 1`, or from `start`. */
export function range(count: number, start = 0): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => start + i);
}
