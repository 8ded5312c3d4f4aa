import { numpy as np } from "@jax-js/jax";
import { attach } from "../surrogate.ts";

/** Masks of single weights: winning subnetworks (WSN), supermasks (SupSup) and pruning (PackNet). */

/**
 * The value that a share of the entries exceeds, by halving the range: `P(x > t) = share`. The steps halve an interval of
 * the range of x, so 24 of them resolve 6e-8 of the range. Consumes x and among.
 *
 * @param share 0 to 1.
 * @param among 1 for entries that count (default: all), of the shape of x.
 * @example
 * const threshold = thresholdOf(scores.ref, 0.3);
 */
export function thresholdOf(x: np.Array, share: number, among?: np.Array): np.Array {
  checkShare("thresholdOf", share);
  const low = np.min(x.ref);
  const half = np.max(x.ref).sub(low.ref).mul(0.5);
  // A little further than the smallest entry, so that a share of 1 is all of them.
  return halve(low.add(half.ref), half.mul(1 + 1e-6), x, share, 24, among);
}

/**
 * A threshold that follows moving scores: the one of the last step, moved by at most `reach` towards the one that a share
 * of the entries exceeds, in 8 halvings. A third of the cost of `thresholdOf`, and as exact while no score moves further
 * than `reach` in one step. Consumes all arrays.
 *
 * @example
 * threshold = followThreshold(threshold, scores.ref, 0.3, np.array(0.004)); // scores move by 0.001 in a step
 */
export function followThreshold(
  threshold: np.Array,
  scores: np.Array,
  share: number,
  reach: np.Array,
): np.Array {
  checkShare("followThreshold", share);
  return halve(threshold, reach, scores, share, 8);
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
  // The last step may have ended just below the value that must not exceed it.
  return t.add(reach.mul(2 ** -times));
}

/**
 * The subnetwork of the highest scores: `m = 1[score > threshold]`, straight-through: `dL/dscore = dL/dm`, which is
 * `g w` where the layer uses `w m`. Consumes both.
 *
 * @param threshold a scalar array, from `thresholdOf` or `followThreshold`.
 * Reference: Kang et al. 2022 (WSN), PMLR 162; Ramanujan et al. 2020 (edge-popup), arXiv 1911.13299.
 * @example
 * const y = np.matmul(x, w.mul(scoreMask(scores, threshold)));
 */
export function scoreMask(scores: np.Array, threshold: np.Array): np.Array {
  return attach(np.greater(scores.ref, threshold).astype(np.float32), scores);
}

/**
 * PackNet's pruning: of the free weights the share with the largest sizes stays, `1[|w| > t]` among them; weights of
 * earlier tasks are not looked at and are 0 in the result. Consumes both.
 *
 * @param free 1 for weights that no earlier task owns.
 * @param share of the free weights that this task keeps, 0 to 1.
 * Reference: Mallya & Lazebnik 2018, arXiv 1711.05769.
 * @example
 * const owned = largestFree(w.ref, free.ref, 0.25);
 */
export function largestFree(weights: np.Array, free: np.Array, share: number): np.Array {
  const sizes = np.abs(weights);
  const threshold = thresholdOf(sizes.ref, share, free.ref);
  return np.greater(sizes, threshold).astype(np.float32).mul(free);
}

/**
 * Fixed random weights of one size, `+-sqrt(2 / inputs)`, for supermasks. Consumes the signs.
 *
 * @param signs any random array `[inputs, outputs]`, of which only the sign counts.
 * Reference: Wortsman et al. 2020 (SupSup), arXiv 2006.14769.
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
