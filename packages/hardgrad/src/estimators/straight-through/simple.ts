import { resolveOptions } from "../../checks.ts";
import { marginals } from "../../distributions/subset.ts";
import { references } from "../../references.ts";
import { attach } from "../../surrogate.ts";
import type { Estimator, Traits } from "../../types.ts";
import { drawHard, pathEstimator } from "../parts/index.ts";

/**
 * SIMPLE: an exact sample of a k-subset forward, the Jacobian of its exact marginals backward, `dmu/da^T g`. Straight-through
 * for subsets: exact for a linear f; with k = 1 it is `J(pi) g`.
 *
 * Reference: Ahmed, Zeng, Niepert & Van den Broeck 2023.
 * @example
 * const z = through(subset(logits, 3), simple(), key);
 */
export function simple(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    id: "simple",
    title: "SIMPLE: exact marginals of a k-subset",
    family: "straight-through",
    supports: ["subset"],
    unbiased: false,
    exactDegree: 1,
    forward: "hard",
    needs: "gradient",
    formula: "dmu/da^T g, mu the marginals",
    note: "Low variance, and no temperature. n k steps of dynamic programming, unrolled: slow to compile above n = 100.",
    reference: references.ahmed2023,
    options: {},
    example: "through(subset(logits, 3), simple(), key)",
  };
  return pathEstimator(traits, resolveOptions("simple", {}, given), (q, noise) => {
    const hard = drawHard(q, noise);
    return attach(hard, marginals(q.logits, q.total));
  });
}
