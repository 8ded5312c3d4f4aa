import type { Dataset, Split } from "../contract/dataset.ts";
import { formOf } from "./form.ts";
import { type RandomSource, randomSource } from "./random.ts";
import { glyphs, type Stroke } from "./strokes.ts";

const SIZE = 28;

/** A straight piece in pixels: x0, y0, x1, y1. */
type Segment = readonly [number, number, number, number];

/**
 * Digits drawn by code: strokes with random shape, slant, width, position and noise; 28 x 28 grey, ten classes.
 *
 * Uses only +, -, *, / and sqrt, which IEEE 754 defines to the last bit, so Node and every browser draw the same
 * bytes. The n-th image depends on seed and n alone: a larger set begins with the smaller one.
 *
 * @param options.seed which set (default 0).
 * @param options.train how many training images (default 10,000).
 * @param options.test how many test images (default 2,000).
 * @throws RangeError for counts that are not whole numbers from 1 to 1,000,000.
 * @example
 * const { train, test } = drawnDigits({ train: 1000, test: 200 });
 */
export function drawnDigits(options: { seed?: number; train?: number; test?: number } = {}): Dataset {
  const { seed = 0, train = 10_000, test = 2_000 } = options;
  return {
    name: "drawn",
    ...formOf({ data: "drawn" }),
    train: drawSplit(seed, 1, train, "train"),
    test: drawSplit(seed, 2, test, "test"),
  };
}

function drawSplit(seed: number, stream: number, count: number, name: string): Split {
  if (!Number.isInteger(count) || count < 1 || count > 1_000_000)
    throw new RangeError(`drawnDigits: ${name} must be a whole number from 1 to 1000000, not ${count}.`);
  const images = new Uint8Array(count * SIZE * SIZE);
  const labels = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const random = randomSource(seed, stream, n);
    labels[n] = random.below(10);
    drawDigit(labels[n]!, random, images.subarray(n * SIZE * SIZE, (n + 1) * SIZE * SIZE));
  }
  return { images, labels, size: SIZE * SIZE, count };
}

// Of the digit that is drawn.
const cover = new Float64Array(SIZE * SIZE);
const noise = new Float64Array(SIZE * SIZE);

/** Draws one digit into 784 bytes. */
export function drawDigit(digit: number, random: RandomSource, pixels: Uint8Array): void {
  const variants = glyphs[digit]!;
  const strokes = variants[random.below(variants.length)]!;
  const place = placement(random);
  const segments: Segment[] = strokes.flatMap((stroke) => toSegments(jitter(stroke, random), place));
  if (random.uniform() < 0.08) segments.push(distractor(random));
  const width = random.between(0.75, 1.7);
  const ink = random.between(170, 255);
  cover.fill(0);
  for (const segment of segments) paint(segment, width);
  random.triangular(noise, random.between(0, 22));
  for (let i = 0; i < cover.length; i++) {
    const value = cover[i]! * ink + noise[i]!;
    pixels[i] = value < 0 ? 0 : value > 255 ? 255 : Math.floor(value + 0.5);
  }
}

type Place = (x: number, y: number) => readonly [number, number];

/** Size, aspect, slant, rotation and position of one digit. */
function placement(random: RandomSource): Place {
  const height = random.between(15, 22);
  const width = height * random.between(0.5, 0.95);
  const slant = random.between(-0.08, 0.38);
  // A rotation without sine and cosine: t is the tangent of half the angle.
  const t = random.between(-0.09, 0.09);
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const cx = 13.5 + random.between(-1.9, 1.9);
  const cy = 13.5 + random.between(-1.9, 1.9);
  return (x, y) => {
    const v = (y - 0.5) * height;
    const u = (x - 0.5) * width - slant * v;
    return [cx + u * cos - v * sin, cy + u * sin + v * cos];
  };
}

function jitter(stroke: Stroke, random: RandomSource): Stroke {
  const shift = (v: number): number => v + random.between(-0.055, 0.055);
  return { ...stroke, points: stroke.points.map(([x, y]) => [shift(x), shift(y)] as const) };
}

const PIECES = 5;

/** Straight pieces; a smooth stroke goes through its points as a Catmull-Rom spline. */
function toSegments(stroke: Stroke, place: Place): Segment[] {
  const { points } = stroke;
  const dense: (readonly [number, number])[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const p1 = points[i]!;
    const p2 = points[i + 1]!;
    const p0 = points[i - 1] ?? p1;
    const p3 = points[i + 2] ?? p2;
    for (let k = 0; k < (stroke.smooth ? PIECES : 1); k++) {
      const t = k / PIECES;
      dense.push(place(spline(p0[0], p1[0], p2[0], p3[0], t), spline(p0[1], p1[1], p2[1], p3[1], t)));
    }
  }
  const last = points[points.length - 1]!;
  dense.push(place(last[0], last[1]));
  return dense.slice(1).map((to, i) => [dense[i]![0], dense[i]![1], to[0], to[1]] as const);
}

function spline(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** A short stray stroke near the border, as from a neighbour on the page. */
function distractor(random: RandomSource): Segment {
  const edge = random.uniform() < 0.5 ? random.between(0, 3) : random.between(24, 27);
  const along = random.between(2, 22);
  const length = random.between(2, 6);
  return random.uniform() < 0.5
    ? [edge, along, edge + random.between(-2, 2), along + length]
    : [along, edge, along + length, edge];
}

/** Adds a stroke: full ink up to `width` from the line, fading to none over one pixel. */
function paint([x0, y0, x1, y1]: Segment, width: number): void {
  const reach = width + 1;
  const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach));
  const right = Math.min(SIZE - 1, Math.floor(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach));
  const bottom = Math.min(SIZE - 1, Math.floor(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squared = dx * dx + dy * dy + 1e-9;
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / squared));
      const ex = x - x0 - along * dx;
      const ey = y - y0 - along * dy;
      const value = reach - Math.sqrt(ex * ex + ey * ey);
      if (value > cover[y * SIZE + x]!) cover[y * SIZE + x] = Math.min(1, value);
    }
}
