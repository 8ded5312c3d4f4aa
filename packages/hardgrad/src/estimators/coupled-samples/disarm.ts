import { numpy as np } from "@jax-js/jax";
import { sigmoid } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { rows } from "../parts/rows.ts";
import { drawHard } from "../parts/sample.ts";

/**
 * DisARM (also called U2G): two antithetic samples `b = 1[1 - u < p]`, `b' = 1[u < p]` of the same u;
 * `1/2 (f(b) - f(b')) (-1)^b' 1[b != b'] sigmoid(|a|)`. Unbiased, two evaluations, never more variance than ARM.
 *
 * @see Dong, Mnih & Tucker 2020
 * @example
 * const losses = expectation(bernoulli(logits), f, disarm(), key);
 */
export const disarm = defineEstimator({
  id: "disarm",
  title: "DisARM: antithetic pair",
  family: "coupled samples",
  place: 2,
  supports: ["bernoulli"],
  unbiased: true,
  formula: "1/2 (f(b) - f(b')) (-1)^b' 1[b != b'] sigmoid(|a|)",
  note: "The best unbiased use of two evaluations for most objectives.",
  reference: "dong2020",
  evaluations: () => 2,
  losses: (q, f, noise, state) => {
    const pair = drawHard(q, np.stack([np.negative(noise.ref), noise], 0)); // [2, ...batch, units]
    const losses = f(pair.ref);
    const [first, second] = rows(detach(losses.ref), [0, 1]) as [np.Array, np.Array];
    const [b, other] = rows(pair, [0, 1]) as [np.Array, np.Array];
    // (-1)^b' 1[b != b'] is b - b': +1 for (1, 0), -1 for (0, 1), 0 for equals.
    const difference = overEvent(q, first.sub(second)).mul(0.5);
    const gradient = difference.mul(b.sub(other)).mul(sigmoid(np.abs(detach(q.logits.ref))));
    return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state };
  },
});
