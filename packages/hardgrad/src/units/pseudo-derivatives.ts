import { numpy as np } from "@jax-js/jax";
import { sigmoid } from "../math.ts";
import { detach } from "../surrogate.ts";
import { define, type PseudoDerivative, type PseudoDerivativeEntry, positive, within } from "./shape.ts";
import {
  leakyKRelu,
  leakySpike,
  logAbs,
  logTailedRelu,
  piecewiseLeakyRelu,
  qPseudoSpike,
  s2nn,
  sparseFastSigmoid,
  spikeRateEscape,
} from "./spiking-derivatives.ts";

/**
 * `1`: the gradient passes unchanged.
 *
 * @see Bengio, Léonard & Courville 2013
 * @example
 * const h = step({ derivative: identity() }).apply(x);
 */
export const identity = define({
  id: "identity",
  title: "Identity",
  formula: "1",
  options: {},
  reference: "bengio2013",
  integral: () => null,
  derivative: (x) => np.where(np.isnan(x.ref), Number.NaN, np.onesLike(x)),
});

/**
 * `1[|x| <= c]`: the straight-through of binarised networks.
 *
 * @param given.c half width, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Hubara, Courbariaux, Soudry, El-Yaniv & Bengio 2016
 * @example
 * const h = step({ derivative: clip() }).apply(x);
 */
export const clip = define({
  id: "clip",
  title: "Clip (hard tanh)",
  formula: "1[|x| <= c]",
  options: { c: positive(1, "half width") },
  reference: "hubara2016",
  integral: ({ c }) => 2 * c,
  derivative: (x, { c }) => within(x, c),
});

/**
 * `(2 - 2|x|) 1[|x| <= 1]`.
 *
 * @see Liu et al. 2018 (Bi-Real Net)
 * @example
 * const h = step({ derivative: approxSign() }).apply(x);
 */
export const approxSign = define({
  id: "approx-sign",
  title: "Approximate sign",
  formula: "max(0, 2 - 2|x|)",
  options: {},
  reference: "liu2018",
  integral: () => 2,
  derivative: (x) => rectify(np.abs(x).mul(-2).add(2)),
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
 * `alpha s (1 - s)` with `s = sigmoid(alpha x)`.
 *
 * @param given.alpha steepness, 0.01 to 1000 (default 4).
 * @throws RangeError for options out of range.
 * @see Neftci, Mostafa & Zenke 2019
 * @example
 * const h = step({ derivative: sigmoidDerivative() }).apply(x);
 */
export const sigmoidDerivative = define({
  id: "sigmoid",
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
  id: "superspike",
  title: "SuperSpike",
  formula: "alpha / (1 + |x|)^2",
  options: { alpha: positive(1, "height") },
  reference: "zenke2018",
  integral: ({ alpha }) => 2 * alpha,
  derivative: (x, { alpha }) => np.reciprocal(np.square(np.abs(x).add(1))).mul(alpha),
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

/**
 * `max(0, alpha - alpha^2 |x|)`.
 *
 * @param given.alpha height, and inverse of the half width, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Esser et al. 2016
 * @example
 * const h = step({ derivative: triangle() }).apply(x);
 */
export const triangle = define({
  id: "triangle",
  title: "Triangle",
  formula: "max(0, alpha - alpha^2 |x|)",
  options: { alpha: positive(1, "height, and inverse of the half width") },
  reference: "esser2016",
  integral: () => 1,
  derivative: (x, { alpha }) =>
    rectify(
      np
        .abs(x)
        .mul(-alpha * alpha)
        .add(alpha),
    ),
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

/**
 * `alpha 1[|x| < 1/(2 alpha)]`.
 *
 * @param given.alpha height, and inverse of the width, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Wu, Deng, Li, Zhu & Shi 2018
 * @example
 * const h = step({ derivative: rectangle() }).apply(x);
 */
export const rectangle = define({
  id: "rectangle",
  title: "Rectangle",
  formula: "alpha 1[|x| <= 1/(2 alpha)]",
  options: { alpha: positive(1, "height, and inverse of the width") },
  reference: "wu2018",
  integral: () => 1,
  derivative: (x, { alpha }) => within(x, 1 / (2 * alpha)).mul(alpha),
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

/** `max(0, x)` that keeps NaN; no gradient flows through a pseudo-derivative. */
function rectify(x: np.Array): np.Array {
  const kept = detach(x);
  return np.where(np.less(kept.ref, 0), 0, kept);
}

const factories: readonly ((given?: never) => PseudoDerivative)[] = [
  identity,
  clip,
  rectangle,
  triangle,
  approxSign,
  sigmoidDerivative,
  atan,
  erf,
  piecewiseExponential,
  fastSigmoid,
  superSpike,
  softSign,
  swishSign,
  sparseFastSigmoid,
  qPseudoSpike,
  s2nn,
  logAbs,
  logTailedRelu,
  leakyKRelu,
  piecewiseLeakyRelu,
  spikeRateEscape,
  leakySpike,
];

/**
 * Every pseudo-derivative, in the order of the figure.
 *
 * @example
 * pseudoDerivatives.map(({ id }) => id);
 */
export const pseudoDerivatives: readonly PseudoDerivativeEntry[] = factories.map((factory) => {
  const create = factory as PseudoDerivativeEntry["create"];
  return { id: create().id, create };
});
