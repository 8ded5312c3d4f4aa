import { checkRate } from "./rate.ts";

/**
 * The threshold t at which a share `rate` of the logits is above it: gates `1[a > t]` then are open at that rate. A plain
 * number from plain numbers, for test time: 0 (probability 1/2) does not give the trained rate.
 *
 * @param logits of all gates for many examples; measure on images that the network was trained or validated on.
 * @param rate the wanted share of open gates, above 0 and below 1.
 * @returns a value between two neighbours of the sorted logits, so that rounding does not decide; with ties the rate
 *   below the wanted one.
 * @throws RangeError for no logits, a logit that is not finite, or a rate that is not between 0 and 1.
 * @example
 * const t = thresholdForRate(await logits.data(), 0.1);
 */
export function thresholdForRate(logits: ArrayLike<number>, rate: number): number {
  checkRate("thresholdForRate", rate);
  if (logits.length === 0)
    throw new RangeError("thresholdForRate: there are no logits; give those of some examples.");
  const sorted = Float32Array.from(logits);
  const bad = sorted.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0)
    throw new RangeError(
      `thresholdForRate: logit ${bad} of ${sorted.length} is ${logits[bad]}; all must be finite.`,
    );
  sorted.sort();
  const open = Math.round(rate * sorted.length);
  const above = sorted[sorted.length - open] ?? sorted[sorted.length - 1]! + 1;
  const below = sorted[sorted.length - open - 1] ?? sorted[0]! - 1;
  const middle = Math.fround(below + (above - below) / 2);
  return middle < above ? middle : below;
}
