import { numpy as np } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { exponential } from "../../distributions/noise.ts";
import { hardOrNaN, log1p, logSigmoid } from "../../math.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Estimator, Traits } from "../../types.ts";
import { lossEstimator, overEvent, samplesOption, withLogitGradient } from "../parts/index.ts";

const options = { samples: samplesOption };

/**
 * ARMS: n mutually antithetic samples by a Dirichlet copula. Exponentials E_c, shares `d = E / sum E`,
 * `u_c = (1 - d_c)^(n-1)`, samples `1[u_c < p]` (from `1 - u_c` where p >= 1/2); the leave-one-out estimate divided
 * by one minus the correlation: `1/(n-1) sum_c (f_c - mean f) (b_c - p) p(1-p) / (p - P(b_c = b_c' = 1))`.
 *
 * With two samples it is DisARM.
 * @param given.samples n, from 2 (default 4): evaluations of f per example.
 * Reference: Dimitriev & Zhou 2021.
 * @example
 * const losses = expectation(bernoulli(logits), f, arms({ samples: 4 }), key);
 */
export function arms(given: { samples?: number } = {}): Estimator {
  const settings = resolveOptions<{ samples: number }>("arms", options, given);
  const { samples } = settings;
  const traits: Traits = {
    id: "arms",
    title: "ARMS: n antithetic samples",
    family: "coupled samples",
    supports: ["bernoulli"],
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values",
    formula: "1/(n-1) sum_c (f_c - mean f) (b_c - p) / (1 - rho)",
    note: "RLOO with negatively correlated samples; for two samples use disarm(), which is the same and stabler.",
    reference: references.dimitriev2021,
    options,
    example: "expectation(bernoulli(logits), f, arms({ samples: 4 }), key)",
  };
  return lossEstimator(traits, settings, {
    evaluations: () => samples,
    noise: (q, key) => exponential(key, [samples, ...q.logits.shape]),
    losses: (q, f, noise, state) => {
      const p = functionsOf(q).mean(fixed(q));
      const small = functionsOf(q).mean({ ...q, logits: np.negative(np.abs(detach(q.logits.ref))) }); // min(p, 1 - p)
      const upper = np.greaterEqual(p.ref, 0.5);
      const shares = noise.ref.div(np.sum(noise, 0, { keepdims: true }));
      const u = np.exp(log1p(np.negative(shares)).mul(samples - 1));
      // b = 1[u < p], or 1[1 - u < p], that is not 1[u <= 1 - p], where p >= 1/2.
      const rare = hardOrNaN(np.less(u, small.ref), np.broadcastTo(p.ref, [samples, ...q.logits.shape]));
      const sample = np.where(upper, np.negative(rare.ref).add(1), rare);
      const losses = evaluate("arms", q, f, sample.ref);
      const values = detach(losses.ref);
      const centred = overEvent(q, values.ref.sub(np.mean(values, 0, { keepdims: true })));
      // Given one rare one, P(another) = max(2 s^(1/(n-1)) - 1, 0)^(n-1) / s, and p(1-p)/(p - joint) is the same for 1 - p.
      // With many samples the root is nearly 1: what is less than 1 is carried.
      const logSmall = logSigmoid(np.negative(np.abs(detach(q.logits.ref))));
      const less = np.expm1(logSmall.ref.div(samples - 1)).mul(2);
      const possible = np.greater(less.ref, -1);
      const logJoint = log1p(np.where(possible.ref, less, 0)).mul(samples - 1);
      const again = np.where(possible, np.exp(logJoint.sub(logSmall)), 0);
      const factor = np.negative(small).add(1).div(np.negative(again).add(1));
      const gradient = np
        .sum(centred.mul(sample.sub(p)), 0)
        .div(samples - 1)
        .mul(factor);
      return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state };
    },
  });
}
