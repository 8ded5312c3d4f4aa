import { linearGradient } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

/**
 * DARN's estimator: REINFORCE with the first-order Taylor expansion of f around the sample, taken at 1/2, as the
 * baseline, its mean being dropped: `(b - p) (b - 1/2) g`. The same as ZGR and as ReinMax at temperature 1.
 *
 * (The other reading, an expansion around 1/2 with its correction dropped, gives zero for every linear f.)
 *
 * @see Gregor, Danihelka, Mnih, Blundell & Wierstra 2014
 * @example
 * const h = through(bernoulli(logits), darn(), key);
 */
export const darn = defineEstimator({
  id: "darn",
  title: "DARN: Taylor baseline at the sample",
  family: "straight-through",
  place: 4,
  supports: ["bernoulli"],
  unbiased: false,
  exactDegree: 2,
  formula: "(b - p)(b - 1/2) g",
  note: "The 2014 form of what was found again in 2023 as ReinMax and ZGR.",
  reference: "gregor2014",
  path: (q, noise) => {
    const hard = drawHard(q, noise);
    const p = fixedMean(q);
    return linearGradient(hard.ref, q.logits, hard.ref.sub(p).mul(hard.sub(0.5)));
  },
});
