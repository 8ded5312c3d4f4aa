import { numpy as np } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { logsumexp } from "../../math.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Estimator, Traits } from "../../types.ts";
import {
  drawNoise,
  everyKind,
  lossEstimator,
  overEvent,
  samplesOption,
  score,
  withLogitGradient,
} from "../parts/index.ts";

const options = { samples: samplesOption };

/**
 * VIMCO: the gradient of the K-sample bound `-log(1/K sum_k exp(-f(D_k)))` instead of `E[f]`. The signal of sample j is
 * the bound minus the bound with `f(D_j)` replaced by the mean of the others; f must be a negative log-weight.
 *
 * Unbiased for its own target, which lies below `E[f]` and tends to `-log E[exp(-f)]` as K grows. The value is the bound.
 * @param given.samples K, from 2 (default 4): evaluations of f per example.
 * Reference: Mnih & Rezende 2016.
 * @example
 * const bound = expectation(q, f, vimco({ samples: 5 }), key); // f = -log p(x, D) + log q(D)
 */
export function vimco(given: { samples?: number } = {}): Estimator {
  const settings = resolveOptions<{ samples: number }>("vimco", options, given);
  const { samples } = settings;
  const traits: Traits = {
    id: "vimco",
    title: "VIMCO: multi-sample bound, leave-one-out",
    family: "score function",
    supports: everyKind,
    unbiased: false,
    exactDegree: 0,
    forward: "hard",
    needs: "values",
    formula: "sum_j (L - L without j) (D_j - mean), L = -log mean_k exp(-f(D_k))",
    note: "Another target: the K-sample bound. Unbiased for that one; compared with the gradient of E[f] it is biased by design.",
    reference: references.mnih2016,
    options,
    example: "expectation(q, f, vimco({ samples: 5 }), key)",
  };
  return lossEstimator(traits, settings, {
    evaluations: () => samples,
    noise: (q, key) => drawNoise(q, key, samples),
    losses: (q, f, noise, state) => {
      const sample = functionsOf(q).sample(fixed(q), noise);
      const losses = evaluate("vimco", q, f, sample.ref);
      const weights = np.negative(losses); // [samples, ...batch], log-weights
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
      const gradient = np.sum(overEvent(q, signal).mul(score(fixed(q), sample)), 0);
      return { losses: withLogitGradient(q, np.negative(bound), gradient), state };
    },
  });
}
