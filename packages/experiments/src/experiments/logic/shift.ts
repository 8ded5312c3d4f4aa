import type { ImageShape } from "../../contract/dataset.ts";
import { randomSource } from "../../data/random.ts";

/** Copies of images, each moved by a whole number of pixels in x and y; what comes in from outside is 0. A function of seed and step. */
export function shiftAll(
  images: Uint8Array,
  into: Uint8Array,
  { height, width }: ImageShape,
  most: number,
  seed: number,
  step: number,
): void {
  const size = height * width;
  const random = randomSource(seed, 0x5f1f, step);
  into.fill(0);
  for (let at = 0; at < images.length; at += size) {
    const dx = random.below(2 * most + 1) - most;
    const dy = random.below(2 * most + 1) - most;
    const [left, right] = [Math.max(0, -dx), Math.min(width, width - dx)];
    for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
      const row = at + y * width;
      into.set(images.subarray(row + left, row + right), at + (y + dy) * width + left + dx);
    }
  }
}
