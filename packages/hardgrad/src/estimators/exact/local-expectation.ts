import { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, Estimator, Traits } from "../../types.ts";
import { drawHard, lossEstimator, meanJacobian, overEvent, row, withLogitGradient } from "../parts/index.ts";
import {
  categoryLosses,
  checkNeighbours,
  neighbourLosses,
  otherCategories,
  variableCount,
} from "../parts/neighbours.ts";

/**
 * Local expectation gradient: each variable is summed out exactly, the others stay at the sample.
 * Bernoulli `p_i (1 - p_i) [f(b with b_i = 1) - f(b with b_i = 0)]`; categorical `J(pi) (f(e_1), ..., f(e_C))`.
 *
 * One variable summed out is the Rao-Blackwellisation of REINFORCE over that variable. units + 1 evaluations for
 * Bernoulli, variables (C - 1) + 1 for categorical, in one call of f; the value is f at the sample.
 *
 * Reference: Titsias & Lázaro-Gredilla 2015.
 * @example
 * const losses = expectation(bernoulli(logits), f, localExpectation(), key);
 */
export function localExpectation(given: Record<never, never> = {}): Estimator {
  const id = "local-expectation";
  const traits: Traits = {
    id,
    title: "Local expectation gradient",
    family: "exact",
    supports: ["bernoulli", "categorical"],
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values",
    formula: "p(1 - p) [f(b_i = 1) - f(b_i = 0)], categorical: J(pi) (f(e_1), ..., f(e_C))",
    note: "Very low variance, none for a single variable; worth it where the neighbours can be evaluated in one batch.",
    reference: references.titsias2015,
    options: {},
    example: "expectation(bernoulli(logits), f, localExpectation(), key)",
  };
  const changesPerVariable = (q: Distribution): number =>
    q.kind === "categorical" ? q.eventShape.at(-1)! - 1 : 1;
  return lossEstimator(traits, resolveOptions(id, {}, given), {
    evaluations: (q) => 1 + variableCount(q) * changesPerVariable(q),
    losses: (q, f, noise, state) => {
      checkNeighbours(id, q);
      const sample = drawHard(q, noise);
      const changes =
        q.kind === "bernoulli" ? np.stack([np.negative(sample.ref).add(1)], 0) : otherCategories(sample);
      const { losses, changed } = neighbourLosses(id, q, f, sample.ref, changes);
      const own = detach(losses.ref);
      const mean = functionsOf(q).mean(fixed(q));
      const g =
        q.kind === "bernoulli"
          ? overEvent(q, own).sub(row(changed, 0)).mul(sample.mul(2).sub(1))
          : categoryLosses(q, sample, own, changed);
      return { losses: withLogitGradient(q, losses, meanJacobian(q, mean, g)), state };
    },
  });
}
