import { numpy as np } from "@jax-js/jax";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { everyKind } from "../parts/kinds.ts";
import { drawNoise } from "../parts/noise.ts";
import { samplesOption } from "../parts/options.ts";
import { drawHard, score } from "../parts/sample.ts";

/**
 * REINFORCE with leave-one-out baselines over K samples of the same example:
 * `1/(K-1) sum_k (f(D_k) - mean f) (D_k - mean)`. The right unbiased default.
 *
 * @param given.samples K, 2 to 1024 (default 4): evaluations of f per example.
 * @throws RangeError for a K out of its range.
 * @see Kool, van Hoof & Welling 2019
 * @example
 * const losses = expectation(q, f, rloo({ samples: 4 }), key);
 */
export const rloo = defineEstimator({
  id: "rloo",
  title: "RLOO: leave-one-out over K samples",
  family: "score function",
  place: 6,
  supports: everyKind,
  unbiased: true,
  formula: "1/(K-1) sum_k (f(D_k) - mean f) (D_k - mean)",
  note: "Compares samples of the same example, so it does not mind examples of different difficulty. K evaluations of f.",
  reference: "kool2019",
  aliases: [
    {
      id: "sfess",
      title: "SFESS",
      note: "Its target is this estimator on `subset(logits, k)`. Its published code samples from the Plackett-Luce law (Gumbel top-k, `plackettLuce`) and scores with the conditional Bernoulli law (`subset`): two laws, which agree only for k = 1, k = n and equal logits, so it estimates the gradient of neither, and even a constant f has one.",
      reference: "wijk2025",
    },
  ],
  options: { samples: samplesOption },
  evaluations: (_q, { samples }) => samples,
  noise: (q, key, { samples }) => drawNoise(q, key, samples),
  losses: (q, f, noise, state, { samples }) => {
    const sample = drawHard(q, noise);
    const losses = f(sample.ref);
    const values = detach(losses.ref);
    const centred = values.ref.sub(np.mean(values, 0, { keepdims: true }));
    const scores = score(q, sample);
    const gradient = np.sum(overEvent(q, centred).mul(scores), 0).div(samples - 1);
    return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state };
  },
});
