// Shuffled batches of a dataset: images in [0, 1] and one-hot labels.
import { drawnDigits, shuffled } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { oneHotOf } from "hardgrad";

export const { train, test } = drawnDigits({ seed: 0, train: 3000, test: 500 });

/** @type {(split: import("@hardgrad/experiments").Split, rows: readonly number[]) => np.Array} */
export const imagesOf = ({ images, size }, rows) =>
  np
    .array(
      Float32Array.from(
        rows.flatMap((n) => [...images.subarray(n * size, (n + 1) * size)]),
        (v) => v / 255,
      ),
    )
    .reshape([rows.length, size]);

/**
 * Every example once, in another order for each epoch.
 *
 * @param {import("@hardgrad/experiments").Split} split
 * @param {number} size
 * @param {number} epoch
 */
export function* batches(split, size, epoch) {
  const order = shuffled(split.count, 0, epoch);
  for (let from = 0; from + size <= order.length; from += size) {
    const rows = [...order.slice(from, from + size)];
    const labels = np.array(rows.map((n) => split.labels[n])).astype(np.int32);
    yield { images: imagesOf(split, rows), labels: oneHotOf(labels, 10) };
  }
}
