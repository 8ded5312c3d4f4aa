import { numpy as np } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import type { Distribution, Estimator, OptionsTable } from "../../types.ts";
import { everyKind, noNoise, noState } from "../parts/index.ts";
import { jointProbability } from "../parts/joint-probability.ts";

const options: OptionsTable = {
  maxStates: {
    type: "number",
    default: 16384,
    min: 1,
    max: 2 ** 20,
    integer: true,
    help: "refuse to enumerate more states than this",
  },
};

/**
 * The exact gradient, by enumeration of all states: `sum_x P(x) f(x)`, differentiated. The oracle.
 *
 * The value is `E[f]`, not f at one sample. 2^units states for Bernoulli, categories^variables for categorical.
 *
 * @param given.maxStates refuse more states than this (default 16384).
 * @example
 * const losses = expectation(q, f, exact(), key);
 */
export function exact(given: { maxStates?: number } = {}): Estimator {
  const settings = resolveOptions<{ maxStates: number }>("exact", options, given);
  const stateCount = (q: Distribution): number => {
    const count = functionsOf(q).stateCount(q);
    if (count > settings.maxStates)
      throw new RangeError(
        `exact: ${count} states are more than maxStates ${settings.maxStates}; use fewer units, a larger ` +
          "maxStates, or an unbiased estimator such as rloo().",
      );
    return count;
  };
  return {
    id: "exact",
    title: "Exact enumeration",
    family: "exact",
    supports: everyKind,
    probabilities: ["sigmoid", "hard-sigmoid"],
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values",
    formula: "sum_x f(x) dP(x)/da",
    note: "No bias and no variance; the cost doubles with every unit. Use it to check any other.",
    reference: references.titsias2015,
    options,
    example: "expectation(q, f, exact(), key)",
    settings,
    evaluations: stateCount,
    init: noState,
    noise: noNoise,
    losses: (q, f, noise, state) => {
      noise.dispose();
      const count = stateCount(q);
      const states = functionsOf(q).states(q);
      const spread = np.broadcastTo(states.reshape([count, ...q.batchShape.map(() => 1), ...q.eventShape]), [
        count,
        ...q.logits.shape,
      ]);
      const values = evaluate("exact", q, f, spread.ref);
      const probability = jointProbability(q, spread);
      q.logits.dispose();
      // A state that is never reached may be one that f forbids.
      const never = np.equal(probability.ref, 0);
      return { losses: np.sum(probability.mul(np.where(never, 0, values)), 0), state };
    },
  };
}
