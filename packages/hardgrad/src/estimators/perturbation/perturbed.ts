import { numpy as np, random } from "@jax-js/jax";
import { detach, linearMapGradient } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { maximizer, shiftedLogits } from "../parts/maximizer.ts";

/**
 * Perturbed optimizer: the mean of `MAP(a + sigma Z)` over Gaussian Z in place of the sample, with the derivative of that
 * mean, `E[MAP(a + sigma Z) Z^T] / sigma`, both from the same M draws (centred by the mean of the others).
 *
 * The forward value is soft, a mean of M hard states; unbiased for the derivative of the smoothed maximizer.
 *
 * @param given.deviation sigma, 0.001 to 100 (default 1).
 * @param given.samples M, 2 to 1024 (default 8).
 * @throws RangeError for options out of range.
 * @see Berthet, Blondel, Teboul, Cuturi, Vert & Bach 2020
 * @example
 * const y = through(subset(logits, 3), perturbedOptimizer(), key);
 */
export const perturbedOptimizer = defineEstimator({
  id: "perturbed-optimizer",
  title: "Perturbed optimizer",
  family: "perturbation",
  place: 4,
  supports: ["bernoulli", "categorical", "subset", "plackett-luce"],
  unbiased: false,
  forward: "soft",
  formula: "1/M sum_m Z_m <MAP(a + sigma Z_m), g(y)> / sigma at y = mean of the MAPs",
  note: "Another distribution (Gaussian perturbations); its variance grows as the deviation falls.",
  reference: "berthet2020",
  options: {
    deviation: {
      type: "number",
      default: 1,
      min: 0.001,
      max: 100,
      help: "standard deviation of the Gaussian noise",
    },
    samples: {
      type: "number",
      default: 8,
      min: 2,
      max: 1024,
      integer: true,
      help: "perturbed maximizers averaged; no extra evaluation of f",
    },
  },
  noise: (q, key, { samples }) => random.normal(key, [samples, ...q.logits.shape]),
  path: (q, z, { samples, deviation }) => {
    const states = maximizer(q, shiftedLogits(q).add(z.ref.mul(deviation)));
    const mean = np.mean(states.ref, 0);
    const centred = detach(states.sub(mean.ref));
    // Row of the Jacobian times v: mean over m of the state times <Z_m, v>, over M - 1 because of the centring.
    const axes = q.eventShape.map((_, i) => -1 - i);
    return linearMapGradient(mean, q.logits, (v) => {
      const inner = np.sum(z.mul(v), axes, { keepdims: true });
      return np.sum(centred.mul(inner), 0).div((samples - 1) * deviation);
    });
  },
});
