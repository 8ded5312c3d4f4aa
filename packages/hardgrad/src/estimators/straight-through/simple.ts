import { marginals } from "../../distributions/subset.ts";
import { attach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { drawHard } from "../parts/sample.ts";

/**
 * SIMPLE: an exact sample of a k-subset forward, the Jacobian of its exact marginals backward, `dmu/da^T g`. Straight-through
 * for subsets: exact for a linear f; with k = 1 it is `J(pi) g`.
 *
 * @see Ahmed, Zeng, Niepert & Van den Broeck 2023
 * @example
 * const z = through(subset(logits, 3), simple(), key);
 */
export const simple = defineEstimator({
  id: "simple",
  title: "SIMPLE: exact marginals of a k-subset",
  family: "straight-through",
  place: 12,
  supports: ["subset"],
  unbiased: false,
  exactDegree: 1,
  formula: "dmu/da^T g, mu the marginals",
  note: "Low variance, and no temperature. n k steps of dynamic programming, unrolled: slow to compile above n = 100.",
  reference: "ahmed2023",
  path: (q, noise) => {
    const hard = drawHard(q, noise);
    return attach(hard, marginals(q.logits, q.total));
  },
});
