import { resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { linearGradient } from "../../surrogate.ts";
import type { Estimator, Traits } from "../../types.ts";
import { drawHard, pathEstimator } from "../parts/index.ts";

/**
 * DARN's estimator: REINFORCE with the first-order Taylor expansion of f around the sample, taken at 1/2, as the
 * baseline, its mean being dropped: `(b - p) (b - 1/2) g`. The same as ZGR and as ReinMax at temperature 1.
 *
 * (The other reading, an expansion around 1/2 with its correction dropped, gives zero for every linear f.)
 * Reference: Gregor et al. 2014.
 * @example
 * const h = through(bernoulli(logits), darn(), key);
 */
export function darn(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    id: "darn",
    title: "DARN: Taylor baseline at the sample",
    family: "straight-through",
    supports: ["bernoulli"],
    unbiased: false,
    exactDegree: 2,
    forward: "hard",
    needs: "gradient",
    formula: "(b - p)(b - 1/2) g",
    note: "The 2014 form of what was found again in 2023 as ReinMax and ZGR.",
    reference: references.gregor2014,
    options: {},
    example: "through(bernoulli(logits), darn(), key)",
  };
  return pathEstimator(traits, resolveOptions("darn", {}, given), (q, noise) => {
    const hard = drawHard(q, noise);
    const p = functionsOf(q).mean(fixed(q));
    return linearGradient(hard.ref, q.logits, hard.ref.sub(p).mul(hard.sub(0.5)));
  });
}
