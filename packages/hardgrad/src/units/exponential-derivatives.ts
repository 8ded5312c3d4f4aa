import { numpy as np } from "@jax-js/jax";
import { sigmoid } from "../math.ts";
import { define, positive } from "./shape.ts";

/** Pseudo-derivatives that fall exponentially with the distance of the threshold, or faster. */

/**
 * `alpha s (1 - s)` with `s = sigmoid(alpha x)`.
 *
 * @param given.alpha steepness, 0.01 to 1000 (default 4).
 * @throws RangeError for options out of range.
 * @see Neftci, Mostafa & Zenke 2019
 * @example
 * const h = step({ derivative: sigmoidDerivative() }).apply(x);
 */
export const sigmoidDerivative = define({
  id: "sigmoid-derivative",
  title: "Sigmoid",
  formula: "alpha s(alpha x) (1 - s(alpha x))",
  options: { alpha: positive(4, "steepness") },
  reference: "neftci2019",
  integral: () => 1,
  derivative: (x, { alpha }) => {
    const y = x.mul(alpha);
    return sigmoid(y.ref)
      .mul(sigmoid(np.negative(y)))
      .mul(alpha);
  },
});

/**
 * `beta (2 - beta x tanh(beta x / 2)) / (1 + cosh(beta x))`, in exponentials of -|beta x| so that it cannot overflow.
 * Negative far from the threshold.
 *
 * @param given.beta steepness, 0.01 to 1000 (default 5).
 * @throws RangeError for options out of range.
 * @see Darabi, Belbahri, Courbariaux & Partovi Nia 2018 (BNN+)
 * @example
 * const h = step({ derivative: swishSign() }).apply(x);
 */
export const swishSign = define({
  id: "swish-sign",
  title: "Swish sign",
  formula: "beta (2 - beta x tanh(beta x/2)) / (1 + cosh(beta x))",
  options: { beta: positive(5, "steepness") },
  reference: "darabi2018",
  integral: () => 2,
  derivative: (x, { beta }) => {
    // Beyond 80 the exponential is zero in float32 and the factor in front must not grow to infinity.
    const y = np.minimum(np.abs(x).mul(beta), 80);
    const e = np.exp(np.negative(y.ref));
    const top = np
      .negative(y.ref.mul(np.tanh(y.mul(0.5))))
      .add(2)
      .mul(2 * beta);
    return top.mul(e.ref).div(np.square(e.add(1)));
  },
});

/**
 * `(alpha/2) exp(-alpha|x|)`.
 *
 * @param given.alpha twice the height, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Shrestha & Orchard 2018 (SLAYER)
 * @example
 * const h = step({ derivative: piecewiseExponential() }).apply(x);
 */
export const piecewiseExponential = define({
  id: "piecewise-exponential",
  title: "Piecewise exponential",
  formula: "(alpha/2) exp(-alpha|x|)",
  options: { alpha: positive(1, "twice the height") },
  reference: "shrestha2018",
  integral: () => 1,
  derivative: (x, { alpha }) => np.exp(np.abs(x).mul(-alpha)).mul(alpha / 2),
});

/**
 * `(alpha/sqrt(pi)) exp(-alpha^2 x^2)`.
 *
 * @param given.alpha steepness, 0.01 to 1000 (default 2).
 * @throws RangeError for options out of range.
 * @see Esser et al. 2015
 * @example
 * const h = step({ derivative: erf() }).apply(x);
 */
export const erf = define({
  id: "erf",
  title: "Error function (Gaussian)",
  formula: "(alpha/sqrt(pi)) exp(-(alpha x)^2)",
  options: { alpha: positive(2, "steepness") },
  reference: "esser2015",
  integral: () => 1,
  derivative: (x, { alpha }) => np.exp(np.negative(np.square(x.mul(alpha)))).mul(alpha / Math.sqrt(Math.PI)),
});
