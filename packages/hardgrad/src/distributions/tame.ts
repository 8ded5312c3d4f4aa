import { numpy as np } from "@jax-js/jax";
import { anyNaN } from "../math.ts";
import { detach } from "../surrogate.ts";

/** Up to here the products and differences of scores are far from the largest float32. */
const LARGE = 1e30;
/** Temperatures that an infinity lies beyond the others: the exponential of minus that is 0 in float32. */
const APART = 200;

/**
 * Scores and temperature with which arithmetic is safe, for functions of `(s_i - s_j) / t` on the last axis: both are
 * divided by one number where a score is above 1e30, and an infinity stands so far beyond the finite scores that its
 * rank is certain. NaN makes all NaN. Gradients are those of the scores, 0 at an infinity. Consumes both.
 *
 * @returns s, of the shape of the scores; t and the number that both were divided by, `[..., 1]`.
 */
export function tame(
  scores: np.Array,
  temperature: np.Array | number,
): { s: np.Array; t: np.Array; unit: np.Array } {
  const kept = detach(scores.ref);
  const endless = np.isinf(kept.ref);
  const known = np.where(endless.ref, 0, kept.ref);
  const most = np.max(np.abs(known.ref), -1, { keepdims: true });
  const unit = np.where(anyNaN(kept.ref), Number.NaN, np.maximum(most.mul(1 / LARGE), 1));
  const small = known.div(unit.ref);
  const t = np.reciprocal(unit.ref).mul(temperature);
  const high = np.maximum(np.max(small.ref, -1, { keepdims: true }), 0);
  const low = np.minimum(np.min(small, -1, { keepdims: true }), 0);
  const gap = high.ref.sub(low.ref).mul(1e-3).add(t.ref.mul(APART));
  const beyond = np.where(np.greater(kept, 0), high.add(gap.ref), low.sub(gap));
  return { s: np.where(endless, detach(beyond), scores.div(unit.ref)), t, unit };
}
