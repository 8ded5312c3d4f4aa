import { numpy as np, random } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { references } from "../../references.ts";
import { detach, linearMapGradient } from "../../surrogate.ts";
import type { Estimator, OptionsTable, Traits } from "../../types.ts";
import { pathEstimator } from "../parts/index.ts";
import { maximizer, scoresOf } from "../parts/maximizer.ts";

const options: OptionsTable = {
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
    help: "perturbed maximisers averaged; no extra evaluation of f",
  },
};

/**
 * Perturbed optimizer: the mean of `MAP(a + sigma Z)` over Gaussian Z in place of the sample, with the derivative of that
 * mean, `E[MAP(a + sigma Z) Z^T] / sigma`, both from the same M draws (centred by the mean of the others).
 *
 * The forward value is soft, a mean of M hard states; unbiased for the derivative of the smoothed maximiser.
 * @param given.deviation sigma, 0.001 to 100 (default 1).
 * @param given.samples M, 2 to 1024 (default 8).
 * Reference: Berthet et al. 2020.
 * @example
 * const y = through(subset(logits, 3), perturbedOptimizer(), key);
 */
export function perturbedOptimizer(given: { deviation?: number; samples?: number } = {}): Estimator {
  const id = "perturbed-optimizer";
  const settings = resolveOptions<{ deviation: number; samples: number }>(id, options, given);
  const { samples, deviation } = settings;
  const traits: Traits = {
    id,
    title: "Perturbed optimizer",
    family: "perturbation",
    supports: ["bernoulli", "categorical", "subset", "plackett-luce"],
    unbiased: false,
    exactDegree: 0,
    forward: "soft",
    needs: "soft gradient",
    formula: "1/M sum_m Z_m <MAP(a + sigma Z_m), g(y)> / sigma at y = mean of the MAPs",
    note: "Another distribution (Gaussian perturbations); its variance grows as the deviation falls.",
    reference: references.berthet2020,
    options,
    example: "through(subset(logits, 3), perturbedOptimizer(), key)",
  };
  return pathEstimator(
    traits,
    settings,
    (q, z) => {
      const states = maximizer(q, scoresOf(q).add(z.ref.mul(deviation)));
      const mean = np.mean(states.ref, 0);
      const centred = detach(states.sub(mean.ref));
      // Row of the Jacobian times v: mean over m of the state times <Z_m, v>, over M - 1 because of the centring.
      const axes = q.eventShape.map((_, i) => -1 - i);
      return linearMapGradient(mean, q.logits, (v) => {
        const inner = np.sum(z.mul(v), axes, { keepdims: true });
        return np.sum(centred.mul(inner), 0).div((samples - 1) * deviation);
      });
    },
    (q, key) => random.normal(key, [samples, ...q.logits.shape]),
  );
}
