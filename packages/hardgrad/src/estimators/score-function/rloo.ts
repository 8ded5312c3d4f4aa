import { numpy as np } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Estimator } from "../../types.ts";
import {
  drawNoise,
  everyKind,
  noState,
  overEvent,
  samplesOption,
  score,
  withLogitGradient,
} from "../parts/index.ts";

const options = { samples: samplesOption };

/**
 * REINFORCE with leave-one-out baselines over K samples of the same example:
 * `1/(K-1) sum_k (f(D_k) - mean f) (D_k - mean)`. The right unbiased default.
 *
 * @param given.samples K, from 2 (default 4): evaluations of f per example.
 * Reference: Kool, van Hoof & Welling 2019.
 * @example
 * const losses = expectation(q, f, rloo({ samples: 4 }), key);
 */
export function rloo(given: { samples?: number } = {}): Estimator {
  const settings = resolveOptions<{ samples: number }>("rloo", options, given);
  const { samples } = settings;
  return {
    id: "rloo",
    title: "RLOO: leave-one-out over K samples",
    family: "score function",
    supports: everyKind,
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values",
    formula: "1/(K-1) sum_k (f(D_k) - mean f) (D_k - mean)",
    note: "Compares samples of the same example, so it does not mind examples of different difficulty. K evaluations of f.",
    reference: references.kool2019,
    options,
    example: "expectation(q, f, rloo({ samples: 4 }), key)",
    settings,
    evaluations: () => samples,
    init: noState,
    noise: (q, key) => drawNoise(q, key, samples),
    losses: (q, f, noise, state) => {
      const sample = functionsOf(q).sample(fixed(q), noise);
      const losses = evaluate("rloo", q, f, sample.ref);
      const values = detach(losses.ref);
      const centred = values.ref.sub(np.mean(values, 0, { keepdims: true }));
      const scores = score(fixed(q), sample);
      const gradient = np.sum(overEvent(q, centred).mul(scores), 0).div(samples - 1);
      return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state };
    },
  };
}
