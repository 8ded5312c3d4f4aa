import { numpy as np } from "@jax-js/jax";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { meanJacobian, withLogitGradient } from "../parts/gradient.ts";
import {
  categoryLosses,
  checkNeighbours,
  neighbourLosses,
  otherCategories,
  variableCount,
} from "../parts/neighbours.ts";
import { row } from "../parts/rows.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

const id = "local-expectation";

/**
 * Local expectation gradient: each variable is summed out exactly, the others stay at the sample.
 * Bernoulli `p_i (1 - p_i) [f(b with b_i = 1) - f(b with b_i = 0)]`; categorical `J(pi) (f(e_1), ..., f(e_C))`.
 *
 * One variable summed out is the Rao-Blackwellisation of REINFORCE over that variable. units + 1 evaluations for
 * Bernoulli, variables (C - 1) + 1 for categorical, in one call of f; the value is f at the sample.
 *
 * @throws RangeError for more than 4096 categories, when it is used.
 * @see Titsias & Lázaro-Gredilla 2015
 * @example
 * const losses = expectation(bernoulli(logits), f, localExpectation(), key);
 */
export const localExpectation = defineEstimator({
  id,
  title: "Local expectation gradient",
  family: "exact",
  place: 2,
  supports: ["bernoulli", "categorical"],
  unbiased: true,
  formula: "p(1 - p) [f(b_i = 1) - f(b_i = 0)], categorical: J(pi) (f(e_1), ..., f(e_C))",
  note: "Very low variance, none for a single variable; worth it where the neighbours can be evaluated in one batch.",
  reference: "titsias2015",
  aliases: [
    {
      id: "indecater",
      title: "IndeCateR",
      note: "The same sum over the categories of each variable, the others at a sample. Here all variables share one sample, as in its code's default; average over several by `vmap`.",
      reference: "desmet2023",
    },
  ],
  evaluations: (q) => 1 + variableCount(q) * (q.kind === "categorical" ? q.eventShape.at(-1)! - 1 : 1),
  losses: (q, f, noise, state) => {
    checkNeighbours(id, q);
    const sample = drawHard(q, noise);
    const changes =
      q.kind === "bernoulli" ? np.stack([np.negative(sample.ref).add(1)], 0) : otherCategories(sample);
    const { losses, changed } = neighbourLosses(q, f, sample.ref, changes);
    const own = detach(losses.ref);
    const mean = fixedMean(q);
    const g =
      q.kind === "bernoulli"
        ? overEvent(q, own).sub(row(changed, 0)).mul(sample.mul(2).sub(1))
        : categoryLosses(q, sample, own, changed);
    return { losses: withLogitGradient(q, losses, meanJacobian(q, mean, g)), state };
  },
});
