import type { ImageShape } from "../contract/dataset.ts";
import { type RandomSource, randomSource } from "./random.ts";

/**
 * Small random deformations of images, which leave a digit the digit it is. By +, -, * and / alone, so that every
 * machine makes the same bytes.
 */

/** What deformed copies are for: those of different purposes are deformed independently. */
export const DEFORMED = { batch: 0xdef0, labelled: 0xdef1 } as const;

/** Deformed copies of images; a function of seed, purpose and step alone. Writes into `into`. */
export function deformAll(
  images: Uint8Array,
  into: Uint8Array,
  shape: ImageShape,
  seed: number,
  step: number,
  purpose: number = DEFORMED.batch,
): void {
  const size = shape.height * shape.width;
  for (let n = 0; n < images.length / size; n++) {
    const [from, to] = [n * size, (n + 1) * size];
    deform(images.subarray(from, to), into.subarray(from, to), shape, randomSource(seed, purpose, step, n));
  }
}

/**
 * Turned by up to 15 degrees, scaled by up to 15 %, slanted and moved by up to a 14th of its size: each pixel from where it came,
 * between four others.
 *
 * @param strength 0 leaves the image as it is.
 */
export function deform(
  image: Uint8Array,
  into: Uint8Array,
  shape: ImageShape,
  random: RandomSource,
  strength = 1,
): void {
  const { height, width } = shape;
  const within = (most: number): number => random.between(-most, most) * strength;
  // t is the tangent of half the angle: a rotation without sine and cosine.
  const t = within(0.13);
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const slant = within(0.2);
  const [wide, high] = [1 + within(0.15), 1 + within(0.15)];
  const [dx, dy] = [within((2 * width) / 28), within((2 * height) / 28)];
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const [xx, xy] = [cos * wide, (cos * slant - sin) * high];
  const [yx, yy] = [sin * wide, (sin * slant + cos) * high];
  for (let v = 0; v < height; v++)
    for (let u = 0; u < width; u++) {
      const x = centreX + dx + xx * (u - centreX) + xy * (v - centreY);
      const y = centreY + dy + yx * (u - centreX) + yy * (v - centreY);
      into[v * width + u] = between(image, shape, x, y);
    }
}

function between(image: Uint8Array, { height, width }: ImageShape, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < -1 || top < -1 || left >= width || top >= height) return 0;
  const fx = x - left;
  const fy = y - top;
  const at = top * width + left;
  const [above, below, before, after] = [top >= 0, top < height - 1, left >= 0, left < width - 1];
  const upper = above ? (1 - fx) * (before ? image[at]! : 0) + fx * (after ? image[at + 1]! : 0) : 0;
  const lower = below
    ? (1 - fx) * (before ? image[at + width]! : 0) + fx * (after ? image[at + width + 1]! : 0)
    : 0;
  return Math.floor((1 - fy) * upper + fy * lower + 0.5);
}
