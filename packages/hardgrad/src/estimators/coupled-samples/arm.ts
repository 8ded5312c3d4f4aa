import { numpy as np } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Estimator, Traits } from "../../types.ts";
import { lossEstimator, overEvent, rows, withLogitGradient } from "../parts/index.ts";

/**
 * ARM: two antithetic samples `b = 1[u > 1 - p]`, `b' = 1[u < p]` of the same uniform u;
 * `(f(b) - f(b')) (u - 1/2)`. Unbiased; DisARM is its average over u given the pair, so never worse.
 *
 * Reference: Yin & Zhou 2019.
 * @example
 * const losses = expectation(bernoulli(logits), f, arm(), key);
 */
export function arm(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    id: "arm",
    title: "ARM: augment, REINFORCE, merge",
    family: "coupled samples",
    supports: ["bernoulli"],
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values",
    formula: "(f(b) - f(b')) (u - 1/2)",
    note: "Here for comparison: disarm() has the same cost and never more variance.",
    reference: references.yin2019,
    options: {},
    example: "expectation(bernoulli(logits), f, arm(), key)",
  };
  return lossEstimator(traits, resolveOptions("arm", {}, given), {
    evaluations: () => 2,
    losses: (q, f, u, state) => {
      const coupled = np.stack([np.negative(u.ref), u.ref], 0);
      const losses = evaluate("arm", q, f, functionsOf(q).sample(fixed(q), coupled));
      const [first, second] = rows(detach(losses.ref), [0, 1]) as [np.Array, np.Array];
      const aroundHalf = np.where(np.less(u.ref, 0), u.ref.add(0.5), u.sub(0.5));
      const gradient = overEvent(q, first.sub(second)).mul(aroundHalf);
      return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state };
    },
  });
}
