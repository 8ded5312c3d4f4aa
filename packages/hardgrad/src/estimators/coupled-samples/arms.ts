import { numpy as np } from "@jax-js/jax";
import { functionsOf } from "../../distributions/index.ts";
import { exponential } from "../../distributions/noise.ts";
import { hardOrNaN, log1p, logSigmoid } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { samplesOption } from "../parts/options.ts";
import { fixedMean } from "../parts/sample.ts";

/**
 * ARMS: n mutually antithetic samples by a Dirichlet copula. Exponentials E_c, shares `d = E / sum E`,
 * `u_c = (1 - d_c)^(n-1)`, samples `1[u_c < p]` (from `1 - u_c` where p >= 1/2); the leave-one-out estimate divided
 * by one minus the correlation: `1/(n-1) sum_c (f_c - mean f) (b_c - p) p(1-p) / (p - P(b_c = b_c' = 1))`.
 *
 * With two samples it is DisARM.
 *
 * @param given.samples n, 2 to 1024 (default 4): evaluations of f per example.
 * @throws RangeError for an n out of its range.
 * @see Dimitriev & Zhou 2021
 * @example
 * const losses = expectation(bernoulli(logits), f, arms({ samples: 4 }), key);
 */
export const arms = defineEstimator({
  id: "arms",
  title: "ARMS: n antithetic samples",
  family: "coupled samples",
  place: 3,
  supports: ["bernoulli"],
  unbiased: true,
  formula: "1/(n-1) sum_c (f_c - mean f) (b_c - p) / (1 - rho)",
  note: "RLOO with negatively correlated samples; for two samples use disarm(), which is the same and stabler.",
  reference: "dimitriev2021",
  options: { samples: samplesOption },
  evaluations: (_q, { samples }) => samples,
  noise: (q, key, { samples }) => exponential(key, [samples, ...q.logits.shape]),
  losses: (q, f, noise, state, { samples }) => {
    const p = fixedMean(q);
    const small = functionsOf(q).mean({ ...q, logits: np.negative(np.abs(detach(q.logits.ref))) }); // min(p, 1 - p)
    const upper = np.greaterEqual(p.ref, 0.5);
    const shares = noise.ref.div(np.sum(noise, 0, { keepdims: true }));
    const u = np.exp(log1p(np.negative(shares)).mul(samples - 1));
    // b = 1[u < p], or 1[1 - u < p], that is not 1[u <= 1 - p], where p >= 1/2.
    const rare = hardOrNaN(np.less(u, small.ref), np.broadcastTo(p.ref, [samples, ...q.logits.shape]));
    const sample = np.where(upper, np.negative(rare.ref).add(1), rare);
    const losses = f(sample.ref);
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
