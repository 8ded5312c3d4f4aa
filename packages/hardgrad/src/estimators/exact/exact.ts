import { numpy as np } from "@jax-js/jax";
import { functionsOf } from "../../distributions/index.ts";
import type { Distribution } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { jointProbability } from "../parts/joint-probability.ts";
import { everyKind } from "../parts/kinds.ts";
import { noNoise } from "../parts/noise.ts";
import { everyState } from "../parts/states.ts";

function stateCount(q: Distribution, maxStates: number): number {
  const count = functionsOf(q).stateCount(q);
  if (count > maxStates)
    throw new RangeError(
      `exact: ${count} states are more than maxStates ${maxStates}; use fewer units, a larger ` +
        "maxStates, or an unbiased estimator such as rloo().",
    );
  return count;
}

/**
 * The exact gradient, by enumeration of all states: `sum_x P(x) f(x)`, differentiated. The oracle.
 *
 * The value is `E[f]`, not f at one sample. 2^units states for Bernoulli, categories^variables for categorical.
 *
 * @param given.maxStates the most states that are enumerated, 1 to 2^20 (default 16384).
 * @throws RangeError for more states than that.
 * @see Titsias & Lázaro-Gredilla 2015, which it is the limit of: all variables summed out at once
 * @example
 * const losses = expectation(q, f, exact(), key);
 */
export const exact = defineEstimator({
  id: "exact",
  title: "Exact enumeration",
  family: "exact",
  place: 1,
  supports: everyKind,
  probabilities: ["sigmoid", "hard-sigmoid"],
  unbiased: true,
  enumerates: true,
  formula: "sum_x f(x) dP(x)/da",
  note: "No bias and no variance; the cost doubles with every unit. Use it to check any other.",
  reference: "titsias2015",
  options: {
    maxStates: {
      type: "number",
      default: 16384,
      min: 1,
      max: 2 ** 20,
      integer: true,
      help: "refuse to enumerate more states than this",
    },
  },
  evaluations: (q, { maxStates }) => stateCount(q, maxStates),
  noise: noNoise,
  losses: (q, f, noise, state, { maxStates }) => {
    noise.dispose();
    stateCount(q, maxStates);
    const spread = everyState(q);
    const values = f(spread.ref);
    const probability = jointProbability(q, spread);
    q.logits.dispose();
    // A state that is never reached may be one that f forbids.
    const never = np.equal(probability.ref, 0);
    return { losses: np.sum(probability.mul(np.where(never, 0, values)), 0), state };
  },
});
