import type { numpy as np } from "@jax-js/jax";
import type { Distribution } from "../types.ts";
import type { DistributionFunctions } from "./functions.ts";

/** Mean and score where logits are natural parameters: the derivative of `log P(x)` is `x - mean`. Both consume q.logits. */
export function exponentialFamily(
  mean: (q: Distribution) => np.Array,
): Pick<DistributionFunctions, "mean" | "score"> {
  return { mean, score: (q, sample) => sample.sub(mean(q)) };
}
