import { type Generator, generator } from "./random.ts";

/**
 * Small random deformations of 28 x 28 images, which leave a digit the digit it is. By +, -, * and / alone, so that every
 * machine makes the same bytes.
 */

const SIZE = 28;
const CENTRE = 13.5;

/** What deformed copies are for: those of different purposes are deformed independently. */
export const DEFORMED = { batch: 0xdef0, labelled: 0xdef1 } as const;

/** Deformed copies of images; a function of seed, purpose and step alone. Writes into `into`. */
export function deformAll(
  images: Uint8Array,
  into: Uint8Array,
  seed: number,
  step: number,
  purpose: number = DEFORMED.batch,
): void {
  const count = images.length / (SIZE * SIZE);
  for (let n = 0; n < count; n++) {
    const from = n * SIZE * SIZE;
    const random = generator(seed, purpose, step, n);
    deform(images.subarray(from, from + SIZE * SIZE), into.subarray(from, from + SIZE * SIZE), random);
  }
}

/**
 * Turned by up to 15 degrees, scaled by up to 15 %, slanted and moved by up to 2 pixels: each pixel from where it came,
 * between four others.
 *
 * @param strength 0 leaves the image as it is.
 */
export function deform(image: Uint8Array, into: Uint8Array, random: Generator, strength = 1): void {
  const within = (most: number): number => random.between(-most, most) * strength;
  // t is the tangent of half the angle: a rotation without sine and cosine.
  const t = within(0.13);
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const slant = within(0.2);
  const [wide, high] = [1 + within(0.15), 1 + within(0.15)];
  const [dx, dy] = [within(2), within(2)];
  const [xx, xy] = [cos * wide, (cos * slant - sin) * high];
  const [yx, yy] = [sin * wide, (sin * slant + cos) * high];
  for (let v = 0; v < SIZE; v++)
    for (let u = 0; u < SIZE; u++) {
      const x = CENTRE + dx + xx * (u - CENTRE) + xy * (v - CENTRE);
      const y = CENTRE + dy + yx * (u - CENTRE) + yy * (v - CENTRE);
      into[v * SIZE + u] = between(image, x, y);
    }
}

function between(image: Uint8Array, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < -1 || top < -1 || left >= SIZE || top >= SIZE) return 0;
  const fx = x - left;
  const fy = y - top;
  const at = top * SIZE + left;
  const [above, below, before, after] = [top >= 0, top < SIZE - 1, left >= 0, left < SIZE - 1];
  const upper = above ? (1 - fx) * (before ? image[at]! : 0) + fx * (after ? image[at + 1]! : 0) : 0;
  const lower = below
    ? (1 - fx) * (before ? image[at + SIZE]! : 0) + fx * (after ? image[at + SIZE + 1]! : 0)
    : 0;
  return Math.floor((1 - fy) * upper + fy * lower + 0.5);
}
