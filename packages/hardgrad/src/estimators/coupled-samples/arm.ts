import { numpy as np } from "@jax-js/jax";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { rows } from "../parts/rows.ts";
import { drawHard } from "../parts/sample.ts";

/**
 * ARM: two antithetic samples `b = 1[u > 1 - p]`, `b' = 1[u < p]` of the same uniform u;
 * `(f(b) - f(b')) (u - 1/2)`. Unbiased; DisARM is its average over u given the pair, so never worse.
 *
 * @see Yin & Zhou 2019
 * @example
 * const losses = expectation(bernoulli(logits), f, arm(), key);
 */
export const arm = defineEstimator({
  id: "arm",
  title: "ARM: augment, REINFORCE, merge",
  family: "coupled samples",
  place: 1,
  supports: ["bernoulli"],
  unbiased: true,
  formula: "(f(b) - f(b')) (u - 1/2)",
  note: "Here for comparison: disarm() has the same cost and never more variance.",
  reference: "yin2019",
  evaluations: () => 2,
  losses: (q, f, u, state) => {
    const coupled = np.stack([np.negative(u.ref), u.ref], 0);
    const losses = f(drawHard(q, coupled));
    const [first, second] = rows(detach(losses.ref), [0, 1]) as [np.Array, np.Array];
    const aroundHalf = np.where(np.less(u.ref, 0), u.ref.add(0.5), u.sub(0.5));
    const gradient = overEvent(q, first.sub(second)).mul(aroundHalf);
    return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state };
  },
});
