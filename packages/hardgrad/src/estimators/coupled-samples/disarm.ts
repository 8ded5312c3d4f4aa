import { numpy as np } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { sigmoid } from "../../math.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Estimator } from "../../types.ts";
import { drawNoise, noState, overEvent, withLogitGradient } from "../parts/index.ts";

/**
 * DisARM (also called U2G): two antithetic samples `b = 1[1 - u < p]`, `b' = 1[u < p]` of the same u;
 * `1/2 (f(b) - f(b')) (-1)^b' 1[b != b'] sigmoid(|a|)`. Unbiased, two evaluations, never more variance than ARM.
 *
 * Reference: Dong, Mnih & Tucker 2020.
 * @example
 * const losses = expectation(bernoulli(logits), f, disarm(), key);
 */
export function disarm(given: Record<never, never> = {}): Estimator {
  const settings = resolveOptions<Record<never, never>>("disarm", {}, given);
  return {
    id: "disarm",
    title: "DisARM: antithetic pair",
    family: "coupled samples",
    supports: ["bernoulli"],
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values",
    formula: "1/2 (f(b) - f(b')) (-1)^b' 1[b != b'] sigmoid(|a|)",
    note: "The best unbiased use of two evaluations for most objectives.",
    reference: references.dong2020,
    options: {},
    example: "expectation(bernoulli(logits), f, disarm(), key)",
    settings,
    evaluations: () => 2,
    init: noState,
    noise: (q, key) => drawNoise(q, key),
    losses: (q, f, noise, state) => {
      const coupled = np.stack([np.negative(noise.ref), noise], 0);
      const pair = functionsOf(q).sample(fixed(q), coupled); // [2, ...batch, units]
      const losses = evaluate("disarm", q, f, pair.ref);
      const [first, second] = np.split(detach(losses.ref), 2, 0) as [np.Array, np.Array];
      const [b, other] = np.split(pair, 2, 0) as [np.Array, np.Array];
      // (-1)^b' 1[b != b'] is b - b': +1 for (1, 0), -1 for (0, 1), 0 for equals.
      const sign = np.squeeze(b.sub(other), 0);
      const difference = overEvent(q, np.squeeze(first.sub(second), 0)).mul(0.5);
      const gradient = difference.mul(sign).mul(sigmoid(np.abs(detach(q.logits.ref))));
      return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state };
    },
  };
}
