import type { Split } from "@hardgrad/experiments";
import type { Estimate } from "../shares.ts";
import { BLOCKS, type NetworkData, type TimeData } from "./controls.ts";
import type { Loaded } from "./trainee.ts";

const CLASSES = 10;

/** What a network does with the test images. */
export function readAll(
  { runtime, gates }: Loaded,
  x: Float32Array,
  { labels, count }: Split,
): Pick<NetworkData, "read" | "digits" | "rate"> {
  const scores = runtime.forward(x);
  let right = 0;
  for (let n = 0; n < count; n++)
    if (largest(scores.subarray(n * CLASSES, (n + 1) * CLASSES)) === labels[n]) right++;
  const read = { right, of: count };
  if (!gates) return { read, digits: [], rate: { value: 1, error: 0 } };
  const values = gates.forward(x);
  const rates: number[][] = Array.from({ length: CLASSES }, () => []);
  const opens = Array.from({ length: CLASSES }, () => new Array<number>(BLOCKS).fill(0));
  for (let n = 0; n < count; n++) {
    let open = 0;
    for (let b = 0; b < BLOCKS; b++)
      if (values[n * BLOCKS + b] !== 0) {
        open++;
        opens[labels[n]!]![b]!++;
      }
    rates[labels[n]!]!.push(open / BLOCKS);
  }
  return {
    read,
    digits: rates.map((own, digit) => ({ images: own.length, opens: opens[digit]!, rate: meanOf(own) })),
    rate: meanOf(rates.flat()),
  };
}

/** What a network does with one image. */
export function readOne({ runtime, gates }: Loaded, x: Float32Array): Pick<NetworkData, "answer" | "gates"> {
  const probabilities = runtime.forward(x);
  const digit = largest(probabilities);
  return {
    answer: { digit, probability: probabilities[digit]! },
    gates: gates ? Array.from(gates.forward(x)) : [],
  };
}

const largest = (values: Float32Array): number => values.indexOf(Math.max(...values));

function meanOf(values: readonly number[]): Estimate {
  const n = values.length;
  const value = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - value) ** 2, 0) / Math.max(1, n - 1);
  return { value, error: Math.sqrt(variance / n) };
}

/** Clocks of pages are coarse: a pass lasts at least so many milliseconds. */
const PASS = 3;

/** Microseconds for one image by itself, from one pass over some. */
export function timePass({ runtime }: Loaded, images: readonly Float32Array[]): number {
  const started = performance.now();
  let passed = 0;
  let count = 0;
  while (passed < PASS) {
    for (const image of images) runtime.forward(image);
    count += images.length;
    passed = performance.now() - started;
  }
  return (1000 * passed) / count;
}

/** Passes of each network, taken in turns. */
export type Passes = Map<TimeData["id"], number[]>;
