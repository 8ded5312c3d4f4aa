import type { numpy as np } from "@jax-js/jax";
import type { Distribution, Kind } from "../types.ts";
import { bernoulliFunctions } from "./bernoulli.ts";
import { categoricalFunctions } from "./categorical.ts";
import { binomialFunctions, poissonFunctions } from "./counts.ts";
import type { DistributionFunctions } from "./functions.ts";
import { withMasks } from "./mask.ts";
import { plackettLuceFunctions } from "./plackett-luce.ts";
import { subsetFunctions } from "./subset.ts";

export { fixed, keep } from "./logits.ts";

/** A missing family is a compile error. */
export const distributionFunctions: { readonly [K in Kind]: DistributionFunctions } = {
  bernoulli: withMasks(bernoulliFunctions),
  categorical: withMasks(categoricalFunctions),
  subset: withMasks(subsetFunctions),
  "plackett-luce": withMasks(plackettLuceFunctions),
  poisson: poissonFunctions,
  binomial: binomialFunctions,
};

/** The functions of q's family. */
export function functionsOf(q: Distribution): DistributionFunctions {
  return distributionFunctions[q.kind];
}

/** The relaxed sample of a family that has one. Consumes q.logits and noise. */
export function relaxed(q: Distribution, noise: np.Array, temperature: np.Array | number): np.Array {
  const { relaxed: soften } = functionsOf(q);
  if (!soften) throw new RangeError(`${q.kind}: there is no relaxed sample; use a hard estimator.`);
  return soften(q, noise, temperature);
}
