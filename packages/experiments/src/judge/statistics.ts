import { exampleAt, type Split } from "../contract/dataset.ts";

/** A part of a number of trials, with its 95 % interval. */
export interface Rate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly trials: number;
}

/** Two-sided 95 % of a normal distribution. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval (1927): right near 0 and 1, where the usual one is not.
 *
 * @example
 * rateOf(0, 20).rate; // 0
 */
export function rateOf(hits: number, trials: number): Rate {
  const rate = hits / trials;
  const shrink = 1 + Z ** 2 / trials;
  const centre = (rate + Z ** 2 / (2 * trials)) / shrink;
  const half = (Z / shrink) * Math.sqrt((rate * (1 - rate)) / trials + Z ** 2 / (4 * trials ** 2));
  return { rate, low: Math.max(0, centre - half), high: Math.min(1, centre + half), trials };
}

/** Running sums of pictures of one class, for their variance. */
export interface Spread {
  add(picture: Uint8Array): void;
  /** Variance of a pixel in [0, 1], summed over the pixels; NaN below two pictures. */
  total(): number;
}

export function spread(size: number): Spread {
  const sums = new Float64Array(size);
  const squares = new Float64Array(size);
  let count = 0;
  return {
    add: (picture) => {
      count++;
      for (let i = 0; i < size; i++) {
        const v = picture[i]! / 255;
        sums[i]! += v;
        squares[i]! += v * v;
      }
    },
    total: () => {
      if (count < 2) return Number.NaN;
      let total = 0;
      for (let i = 0; i < size; i++) total += (squares[i]! - sums[i]! ** 2 / count) / (count - 1);
      return total;
    },
  };
}

/** The same of each class of labelled images. */
export function spreadsOf(split: Split, classes: number): number[] {
  const spreads = Array.from({ length: classes }, () => spread(split.size));
  for (let n = 0; n < split.count; n++) spreads[split.labels[n]!]!.add(exampleAt(split, n));
  return spreads.map((s) => s.total());
}

/** The middle of some numbers; NaN of none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
