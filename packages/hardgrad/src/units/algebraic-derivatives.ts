import { numpy as np } from "@jax-js/jax";
import { define, positive } from "./shape.ts";

/** Pseudo-derivatives that fall with the square of the distance of the threshold. */

/**
 * `1 / (1 + k|x|)^2`.
 *
 * @param given.k steepness, 0.01 to 1000 (default 25).
 * @throws RangeError for options out of range.
 * @see Zenke & Ganguli 2018
 * @example
 * const h = step({ derivative: fastSigmoid() }).apply(x);
 */
export const fastSigmoid = define({
  id: "fast-sigmoid",
  title: "Fast sigmoid",
  formula: "1 / (1 + k|x|)^2",
  options: { k: positive(25, "steepness") },
  reference: "zenke2018",
  integral: ({ k }) => 2 / k,
  derivative: (x, { k }) => np.reciprocal(np.square(np.abs(x).mul(k).add(1))),
});

/**
 * `alpha / (1 + |x|)^2`.
 *
 * @param given.alpha height, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Zenke & Ganguli 2018
 * @example
 * const h = step({ derivative: superSpike() }).apply(x);
 */
export const superSpike = define({
  id: "super-spike",
  title: "SuperSpike",
  formula: "alpha / (1 + |x|)^2",
  options: { alpha: positive(1, "height") },
  reference: "zenke2018",
  integral: ({ alpha }) => 2 * alpha,
  derivative: (x, { alpha }) => np.reciprocal(np.square(np.abs(x).add(1))).mul(alpha),
});

/**
 * `alpha / (2 (1 + alpha|x|)^2)`.
 *
 * @param given.alpha twice the height, 0.01 to 1000 (default 2).
 * @throws RangeError for options out of range.
 * @see Zenke & Ganguli 2018
 * @example
 * const h = step({ derivative: softSign() }).apply(x);
 */
export const softSign = define({
  id: "soft-sign",
  title: "Soft sign",
  formula: "alpha / (2 (1 + alpha|x|)^2)",
  options: { alpha: positive(2, "twice the height") },
  reference: "zenke2018",
  integral: () => 1,
  derivative: (x, { alpha }) => np.reciprocal(np.square(np.abs(x).mul(alpha).add(1))).mul(alpha / 2),
});

/**
 * `(alpha/2) / (1 + (pi alpha x / 2)^2)`.
 *
 * @param given.alpha twice the height, 0.01 to 1000 (default 2).
 * @throws RangeError for options out of range.
 * @see Fang et al. 2021
 * @example
 * const h = step({ derivative: atan() }).apply(x);
 */
export const atan = define({
  id: "atan",
  title: "Arctangent",
  formula: "(alpha/2) / (1 + (pi alpha x/2)^2)",
  options: { alpha: positive(2, "twice the height") },
  reference: "fang2021",
  integral: () => 1,
  derivative: (x, { alpha }) => np.reciprocal(np.square(x.mul((Math.PI * alpha) / 2)).add(1)).mul(alpha / 2),
});
