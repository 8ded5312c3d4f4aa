import { numpy as np } from "@jax-js/jax";
import { logsumexp } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { everyKind } from "../parts/kinds.ts";
import { drawNoise } from "../parts/noise.ts";
import { samplesOption } from "../parts/options.ts";
import { drawHard, score } from "../parts/sample.ts";

/**
 * VIMCO: the gradient of the K-sample bound `L = -log(1/K sum_k exp(-f(D_k)))` instead of `E[f]`:
 * `sum_j (L - L_j) (D_j - mean)`, L_j the bound with `f(D_j)` replaced by the mean of the others. f must be a negative
 * log-weight, as in `f = -log p(x, D) + log q(D)`.
 *
 * Unbiased for its own target, which lies below `E[f]` and tends to `-log E[exp(-f)]` as K grows. The value is the bound.
 *
 * @param given.samples K, 2 to 1024 (default 4): evaluations of f per example.
 * @throws RangeError for a K out of its range.
 * @see Mnih & Rezende 2016
 * @example
 * const bound = expectation(q, f, vimco({ samples: 5 }), key);
 */
export const vimco = defineEstimator({
  id: "vimco",
  title: "VIMCO: multi-sample bound, leave-one-out",
  family: "score function",
  place: 7,
  supports: everyKind,
  unbiased: false,
  formula: "sum_j (L - L without j) (D_j - mean), L = -log mean_k exp(-f(D_k))",
  note: "Another target: the K-sample bound. Unbiased for that one; compared with the gradient of E[f] it is biased by design.",
  reference: "mnih2016",
  options: { samples: samplesOption },
  evaluations: (_q, { samples }) => samples,
  noise: (q, key, { samples }) => drawNoise(q, key, samples),
  losses: (q, f, noise, state, { samples }) => {
    const sample = drawHard(q, noise);
    const weights = np.negative(f(sample.ref)); // [samples, ...batch], log-weights
    const bound = logsumexp(np.moveaxis(weights.ref, 0, -1)).sub(Math.log(samples));
    const values = detach(weights);
    const others = np
      .sum(values.ref, 0, { keepdims: true })
      .sub(values.ref)
      .div(samples - 1);
    // [j, k]: the log-weight of k, and the others' mean where k is j.
    const self = np.eye(samples).reshape([samples, samples, ...q.batchShape.map(() => 1)]);
    const table = np.where(
      self.astype(np.bool),
      others.reshape([samples, 1, ...q.batchShape]),
      values.reshape([1, samples, ...q.batchShape]),
    );
    const without = logsumexp(np.moveaxis(table, 1, -1)).sub(Math.log(samples));
    const signal = without.sub(detach(bound.ref)); // the loss is minus the bound
    const gradient = np.sum(overEvent(q, signal).mul(score(q, sample)), 0);
    return { losses: withLogitGradient(q, np.negative(bound), gradient), state };
  },
});
