import { numpy as np } from "@jax-js/jax";
import { finite } from "../math.ts";
import { takeScalar } from "../scalars.ts";
import { attach } from "../surrogate.ts";
import { checkShape } from "./named-arrays.ts";

/** Masks of single weights: winning subnetworks (WSN), supermasks (SupSup) and pruning (PackNet). */

/**
 * The value that a share of the entries exceeds, by halving the range: `P(x > t) = share`. The steps halve an interval of
 * the range of x, so 24 of them resolve 6e-8 of the range. Consumes x and among.
 *
 * Equal entries are on one side together, so that with ties fewer may exceed it than wanted. They are never none where
 * one was wanted: then the largest entries exceed it, all of them if all are equal. A score of -Infinity exceeds nothing.
 *
 * @param share 0 (none) to 1 (all).
 * @param among 1 for entries that count (default: all), of the shape of x.
 * @throws RangeError for a share that is no number from 0 to 1, and for another shape of `among`.
 * @example
 * const threshold = thresholdOf(scores.ref, 0.3);
 */
export function thresholdOf(x: np.Array, share: number, among?: np.Array): np.Array {
  checkShare("thresholdOf", share);
  if (among) checkShape("thresholdOf", "among", among, x.shape);
  if (share === 0) {
    among?.dispose();
    return np.max(x);
  }
  const { low, high, near } = within(x);
  const below = (value: np.Array): np.Array => value.ref.sub(np.abs(value).mul(1e-6).add(1e-30));
  if (share === 1) {
    for (const unused of [near, among, high]) unused?.dispose();
    return below(low);
  }
  const half = high.mul(0.5).sub(low.ref.mul(0.5));
  const t = halve(low.ref.add(half.ref), half, near.ref, share, 24, among?.ref);
  // Among the entries that count, where there are any.
  const counted = among ? np.where(np.greater(among.ref, 0), near, low.ref) : near;
  const wanted = among ? np.sum(among).mul(share).add(0.5) : np.array(x.size * share + 0.5);
  const largest = np.max(counted.ref);
  const next = np.max(np.where(np.less(counted.ref, largest.ref), counted, low));
  const apart = np.where(np.less(next.ref, largest.ref), next, below(largest.ref));
  const none = np.logicalAnd(np.greaterEqual(t.ref, largest), np.greaterEqual(wanted, 1));
  return np.where(none, apart, t);
}

const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** The range of the entries, and the entries with infinities a range beyond the others. Consumes x. */
function within(x: np.Array): { low: np.Array; high: np.Array; near: np.Array } {
  const endless = np.isinf(x.ref);
  const high = np.max(np.where(endless.ref, Number.NEGATIVE_INFINITY, x.ref));
  const low = np.min(np.where(endless.ref, Number.POSITIVE_INFINITY, x.ref));
  // Without a finite entry low is above high.
  const some = np.logicalNot(np.greater(low.ref, high.ref));
  const top = np.where(some.ref, high, 0);
  const bottom = np.where(some, low, 0);
  const gap = top.ref.mul(0.5).sub(bottom.ref.mul(0.5)).add(np.abs(top.ref)).add(1);
  // At most the largest float32: the range must stay finite.
  const above = np.minimum(top.add(gap.ref), LARGEST);
  const beyond = np.where(np.greater(x.ref, 0), above, np.maximum(bottom.sub(gap), -LARGEST));
  const near = np.where(endless, beyond, x);
  return { low: np.min(near.ref), high: np.max(near.ref), near };
}

/**
 * A threshold that follows moving scores: the one of the last step, moved by at most `reach` towards the one that a share
 * of the entries exceeds, in 8 halvings. A third of the cost of `thresholdOf`, and as exact while no score moves further
 * than `reach` in one step. Consumes all arrays.
 *
 * @param threshold a scalar; so is `reach`.
 * @throws RangeError for a share outside 0 to 1, a threshold that is no scalar, or a reach that is no scalar from 0.
 * @example
 * const threshold = followThreshold(np.array(0.5), scores, 0.3, np.array(0.004)); // scores move by 0.001 in a step
 */
export function followThreshold(
  threshold: np.Array,
  scores: np.Array,
  share: number,
  reach: np.Array,
): np.Array {
  checkShare("followThreshold", share);
  checkShape("followThreshold", "the threshold", threshold, []);
  const within = takeScalar("followThreshold", "reach", reach, { min: 0, max: 1e30 });
  return halve(threshold, within, scores, share, 8);
}

/** Consumes all arrays. */
function halve(
  start: np.Array,
  reach: np.Array,
  x: np.Array,
  share: number,
  times: number,
  among?: np.Array,
): np.Array {
  const counted = among ? np.sum(among.ref) : np.array(x.size);
  const most = counted.mul(share).add(0.5); // so that rounding decides which whole number is meant
  let t = start;
  for (let i = 1; i <= times; i++) {
    const above = np.greater(x.ref, t.ref).astype(np.float32);
    const exceeding = np.sum(among ? above.mul(among.ref) : above);
    const step = reach.ref.mul(2 ** -i);
    t = t.add(np.where(np.greater(exceeding, most.ref), step.ref, np.negative(step.ref)));
    step.dispose();
  }
  for (const used of [x, most, among]) used?.dispose();
  // The last step may have ended just below the value that must not exceed it: up by a step, and by a float32 at least.
  return t.add(np.maximum(reach.mul(2 ** -times), np.abs(t.ref).mul(1.2e-7)));
}

/**
 * The subnetwork of the highest scores: `m = 1[score > threshold]`, straight-through: `dL/dscore = dL/dm`, which is
 * `g w` where the layer uses `w m`. Consumes both.
 *
 * @param threshold a scalar array, from `thresholdOf` or `followThreshold`.
 * @throws RangeError for a threshold that is no scalar.
 * @see Kang et al. 2022 (WSN), PMLR 162; Ramanujan et al. 2020 (edge-popup), arXiv 1911.13299
 * @example
 * const mask = scoreMask(scores.ref, thresholdOf(scores, 0.3)); // 1 for 30 % of the entries
 */
export function scoreMask(scores: np.Array, threshold: np.Array): np.Array {
  checkShape("scoreMask", "the threshold", threshold, []);
  const broken = np.isnan(scores.ref).add(np.isnan(threshold.ref));
  const open = np.greater(scores.ref, threshold).astype(np.float32);
  return attach(np.where(broken, Number.NaN, open), finite(scores));
}

/**
 * PackNet's pruning: of the free weights the share with the largest sizes stays, `1[|w| > t]` among them; weights of
 * earlier tasks are not looked at and are 0 in the result. Consumes both.
 *
 * @param free 1 for weights that no earlier task owns.
 * @param share of the free weights that this task keeps, 0 to 1.
 * @throws RangeError for a share outside 0 to 1, and for another shape of `free`.
 * @see Mallya & Lazebnik 2018, arXiv 1711.05769
 * @example
 * largestFree(np.array([[3, -1], [2, 9]]), np.array([[1, 1], [1, 0]]), 0.34); // [[1, 0], [0, 0]]
 */
export function largestFree(weights: np.Array, free: np.Array, share: number): np.Array {
  checkShape("largestFree", "free", free, weights.shape);
  const sizes = np.abs(weights);
  const threshold = thresholdOf(sizes.ref, share, free.ref);
  return np.greater(sizes, threshold).astype(np.float32).mul(free);
}

/**
 * Fixed random weights of one size, `+-sqrt(2 / inputs)`, for supermasks. Consumes the signs.
 *
 * @param signs any random array `[inputs, outputs]`, of which only the sign counts.
 * @see Wortsman et al. 2020 (SupSup), arXiv 2006.14769
 * @example
 * const w = signedConstant(random.normal(key, [784, 400]));
 */
export function signedConstant(signs: np.Array): np.Array {
  const size = Math.sqrt(2 / signs.shape[0]!);
  return np.where(np.greater(signs, 0), size, -size);
}

function checkShare(name: string, share: number): void {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`${name}: the share must be a number from 0 to 1, not ${share}.`);
}
