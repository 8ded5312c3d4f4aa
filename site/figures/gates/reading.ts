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

/** The smallest step of this clock in milliseconds: those of pages are coarse. */
function clockStep(): number {
  let least = 1;
  for (let i = 0; i < 5; i++) {
    const from = performance.now();
    let now = from;
    while (now === from) now = performance.now();
    least = Math.min(least, now - from);
  }
  return least;
}

/** Milliseconds of all passes of a network in a round. */
const ROUND = 3;

/** How long a pass lasts, and how many there are of a network in a round: short ones, which seldom are interrupted. */
export function passLength(): { readonly pass: number; readonly count: number } {
  const pass = Math.max(0.25, 40 * clockStep());
  return { pass, count: Math.max(1, Math.round(ROUND / pass)) };
}

/** Microseconds for one image by itself: the fastest of some passes, since nothing makes a pass faster than it is. */
export function timed(
  { runtime }: Loaded,
  images: readonly Float32Array[],
  { pass, count }: ReturnType<typeof passLength>,
): number {
  // biome-ignore format: one thought
  let fastest = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < count; repeat++) {
    const started = performance.now();
    let passed = 0;
    let done = 0;
    for (; passed < pass; done += 4) {
      for (let i = 0; i < 4; i++) runtime.forward(images[(done + i) % images.length]!);
      passed = performance.now() - started;
    }
    fastest = Math.min(fastest, passed / done);
  }
  return 1000 * fastest;
}

/** What each network took, in the rounds that it was there. */
export type Rounds = Map<TimeData["id"], number[]>;
