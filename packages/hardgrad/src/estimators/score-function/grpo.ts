import { numpy as np } from "@jax-js/jax";
import { detach } from "../../surrogate.ts";
import type { Distribution, Objective } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { everyKind } from "../parts/kinds.ts";
import { drawNoise } from "../parts/noise.ts";
import { samplesOption } from "../parts/options.ts";
import { drawHard, score } from "../parts/sample.ts";

const shared = {
  family: "score function",
  supports: everyKind,
  unbiased: false,
  evaluations: (_q: Distribution, { samples }: { readonly samples: number }) => samples,
  noise: (q: Distribution, key: np.Array, { samples }: { readonly samples: number }) =>
    drawNoise(q, key, samples),
} as const;

/** `1/K sum_k A_k (D_k - mean)` with advantages A of the losses `[samples, ...batch]`, and the mean of the losses. */
function grouped(
  q: Distribution,
  f: Objective,
  noise: np.Array,
  advantages: (losses: np.Array) => np.Array,
): np.Array {
  const sample = drawHard(q, noise);
  const losses = f(sample.ref);
  const signal = overEvent(q, advantages(detach(losses.ref)));
  const gradient = np.mean(signal.mul(score(q, sample)), 0);
  return withLogitGradient(q, np.mean(losses, 0), gradient);
}

/** Less the mean of the group. By way of the first: equal losses give exactly zero. Consumes losses. */
function centred(losses: np.Array): np.Array {
  const first = losses.ref.slice([0, 1]);
  const apart = losses.sub(first);
  return apart.ref.sub(np.mean(apart, 0, { keepdims: true }));
}

/**
 * Dr. GRPO: `1/K sum_k (f(D_k) - mean f) (D_k - mean)`, GRPO without its division. It is `rloo()` times (K - 1)/K: the
 * direction is right in the mean, and only the length is off, by a constant that a learning rate takes up.
 *
 * @param given.samples K, 2 to 1024 (default 4): evaluations of f per example.
 * @throws RangeError for a K out of its range.
 * @see Liu, Chen, Li, Qi, Pang, Du, Lee & Lin 2025
 * @example
 * const losses = expectation(q, f, drGrpo({ samples: 8 }), key);
 */
export const drGrpo = defineEstimator({
  ...shared,
  id: "dr-grpo",
  title: "Dr. GRPO: group mean as the baseline",
  place: 10,
  formula: "1/K sum_k (f(D_k) - mean f) (D_k - mean)",
  note: "RLOO times (K - 1)/K: biased by that factor alone, so its mean points the right way. The normalizers for the length of a text have no counterpart here.",
  reference: "liu2025",
  options: { samples: samplesOption },
  losses: (q, f, noise, state) => ({ losses: grouped(q, f, noise, centred), state }),
});

/**
 * GRPO: advantages divided by the standard deviation of the group, `1/K sum_k (f(D_k) - mean f) / (std f + e) (D_k - mean)`.
 *
 * Biased, in direction too: every example's gradient is divided by its own deviation, so an example on which the losses
 * hardly differ counts as much as one on which they differ a lot. In return the scale and the offset of f do not matter.
 *
 * @param given.samples K, 2 to 1024 (default 4): evaluations of f per example.
 * @param given.epsilon e, 0 to 1 (default 1e-4); where all losses of a group are equal the estimate is 0.
 * @throws RangeError for options out of range.
 * @see Shao et al. 2024
 * @example
 * const losses = expectation(q, f, grpo({ samples: 8 }), key);
 */
export const grpo = defineEstimator({
  ...shared,
  id: "grpo",
  title: "GRPO: advantages over their deviation",
  place: 11,
  formula: "1/K sum_k (f(D_k) - mean f) / (std f + e) (D_k - mean)",
  note: "Indifferent to the scale of f, at the price of a bias that no number of samples removes: examples are weighed by one over the deviation of their losses. RLOO has none.",
  reference: "shao2024",
  options: {
    samples: samplesOption,
    epsilon: {
      type: "number",
      default: 1e-4,
      min: 0,
      max: 1,
      help: "added to the deviation; 0 makes the estimate independent of the scale of f",
    },
  },
  losses: (q, f, noise, state, { samples, epsilon }) => {
    const advantages = (losses: np.Array): np.Array => {
      const apart = centred(losses);
      const variance = np.sum(np.square(apart.ref), 0, { keepdims: true }).div(samples - 1);
      const deviation = np.sqrt(variance);
      const equal = np.equal(deviation.ref, 0);
      return apart.div(np.where(equal, 1, deviation.add(epsilon)));
    };
    return { losses: grouped(q, f, noise, advantages), state };
  },
});
