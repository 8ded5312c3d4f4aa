import { type Generator, generator } from "../data/random.ts";

/**
 * Small random deformations of 28 x 28 images, which leave a digit the digit it is. By +, -, * and / alone, so that every
 * machine makes the same bytes.
 */

const SIZE = 28;
const CENTRE = 13.5;
const STREAM = 0xdef0;

/** Deformed copies of `count` images; a function of seed and step alone. Writes into `into`. */
export function deformAll(images: Uint8Array, into: Uint8Array, seed: number, step: number): void {
  const count = images.length / (SIZE * SIZE);
  for (let n = 0; n < count; n++) {
    const from = n * SIZE * SIZE;
    const random = generator(seed, STREAM, step, n);
    deform(images.subarray(from, from + SIZE * SIZE), into.subarray(from, from + SIZE * SIZE), random);
  }
}

/** Turned, scaled, slanted and moved: each pixel from where it came, between four others. */
export function deform(image: Uint8Array, into: Uint8Array, random: Generator): void {
  // t is the tangent of half the angle: a rotation without sine and cosine.
  const t = random.between(-0.13, 0.13);
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const slant = random.between(-0.2, 0.2);
  const wide = random.between(0.87, 1.15);
  const high = random.between(0.87, 1.15);
  const [dx, dy] = [random.between(-2, 2), random.between(-2, 2)];
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
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < -1 || top < -1 || left >= SIZE || top >= SIZE) return 0;
  const [fx, fy] = [x - left, y - top];
  const upper = (1 - fx) * pixel(image, left, top) + fx * pixel(image, left + 1, top);
  const lower = (1 - fx) * pixel(image, left, top + 1) + fx * pixel(image, left + 1, top + 1);
  return Math.round((1 - fy) * upper + fy * lower);
}

const pixel = (image: Uint8Array, x: number, y: number): number =>
  x < 0 || y < 0 || x >= SIZE || y >= SIZE ? 0 : image[y * SIZE + x]!;
