import { numpy as np } from "@jax-js/jax";
import { sigmoid } from "../math.ts";
import { detach } from "../surrogate.ts";
import { define, type Factory, type PseudoDerivativeEntry, positive, within } from "./shape.ts";
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
 * @see Bengio, Léonard & Courville 2013, arXiv 1308.3432
 * @example
 * const h = step({ derivative: identity() }).apply(x);
 */
export const identity: Factory<Record<never, never>> = define({
  id: "identity",
  title: "Identity",
  formula: "1",
  options: {},
  reference: "Bengio, Léonard & Courville 2013, arXiv 1308.3432",
  integral: () => null,
  derivative: (x) => np.where(np.isnan(x.ref), Number.NaN, np.onesLike(x)),
});

/**
 * `1[|x| <= c]`: the straight-through of binarised networks.
 *
 * @see Hubara et al. 2016, arXiv 1602.02830
 * @example
 * const h = step({ derivative: clip({ c: 1 }) }).apply(x);
 */
export const clip: Factory<{ c?: number }> = define({
  id: "clip",
  title: "Clip (hard tanh)",
  formula: "1[|x| <= c]",
  options: { c: positive(1, "half width") },
  reference: "Hubara et al. 2016, arXiv 1602.02830",
  integral: ({ c }) => 2 * c!,
  derivative: (x, { c }) => within(x, c!),
});

/**
 * `(2 - 2|x|) 1[|x| <= 1]`.
 *
 * @see Liu et al. 2018 (Bi-Real Net), arXiv 1808.00278
 * @example
 * const h = step({ derivative: approxSign() }).apply(x);
 */
export const approxSign: Factory<Record<never, never>> = define({
  id: "approx-sign",
  title: "Approximate sign",
  formula: "max(0, 2 - 2|x|)",
  options: {},
  reference: "Liu et al. 2018 (Bi-Real Net), arXiv 1808.00278",
  integral: () => 2,
  derivative: (x) => rectify(np.abs(x).mul(-2).add(2)),
});

/**
 * `beta (2 - beta x tanh(beta x / 2)) / (1 + cosh(beta x))`, in exponentials of -|beta x| so that it cannot overflow.
 * Negative far from the threshold.
 *
 * @see Darabi et al. 2018 (BNN+), arXiv 1812.11800
 * @example
 * const h = step({ derivative: swishSign({ beta: 5 }) }).apply(x);
 */
export const swishSign: Factory<{ beta?: number }> = define({
  id: "swish-sign",
  title: "Swish sign",
  formula: "beta (2 - beta x tanh(beta x/2)) / (1 + cosh(beta x))",
  options: { beta: positive(5, "steepness") },
  reference: "Darabi et al. 2018 (BNN+), arXiv 1812.11800",
  integral: () => 2,
  derivative: (x, { beta }) => {
    // Beyond 80 the exponential is zero in float32 and the factor in front must not grow to infinity.
    const y = np.minimum(np.abs(x).mul(beta!), 80);
    const e = np.exp(np.negative(y.ref));
    const top = np
      .negative(y.ref.mul(np.tanh(y.mul(0.5))))
      .add(2)
      .mul(2 * beta!);
    return top.mul(e.ref).div(np.square(e.add(1)));
  },
});

/**
 * `alpha s (1 - s)` with `s = sigmoid(alpha x)`.
 *
 * @see Neftci, Mostafa & Zenke 2019, arXiv 1901.09948
 * @example
 * const h = step({ derivative: sigmoidDerivative({ alpha: 4 }) }).apply(x);
 */
export const sigmoidDerivative: Factory<{ alpha?: number }> = define({
  id: "sigmoid",
  title: "Sigmoid",
  formula: "alpha s(alpha x) (1 - s(alpha x))",
  options: { alpha: positive(4, "steepness") },
  reference: "Neftci, Mostafa & Zenke 2019, arXiv 1901.09948",
  integral: () => 1,
  derivative: (x, { alpha }) => {
    const y = x.mul(alpha!);
    return sigmoid(y.ref)
      .mul(sigmoid(np.negative(y)))
      .mul(alpha!);
  },
});

/**
 * `1 / (1 + k|x|)^2`.
 *
 * @see Zenke & Ganguli 2018, arXiv 1705.11146
 * @example
 * const h = step({ derivative: fastSigmoid({ k: 25 }) }).apply(x);
 */
export const fastSigmoid: Factory<{ k?: number }> = define({
  id: "fast-sigmoid",
  title: "Fast sigmoid",
  formula: "1 / (1 + k|x|)^2",
  options: { k: positive(25, "steepness") },
  reference: "Zenke & Ganguli 2018, arXiv 1705.11146",
  integral: ({ k }) => 2 / k!,
  derivative: (x, { k }) => np.reciprocal(np.square(np.abs(x).mul(k!).add(1))),
});

/**
 * `alpha / (1 + |x|)^2`.
 *
 * @see Zenke & Ganguli 2018, arXiv 1705.11146
 * @example
 * const h = step({ derivative: superSpike() }).apply(x);
 */
export const superSpike: Factory<{ alpha?: number }> = define({
  id: "superspike",
  title: "SuperSpike",
  formula: "alpha / (1 + |x|)^2",
  options: { alpha: positive(1, "height") },
  reference: "Zenke & Ganguli 2018, arXiv 1705.11146",
  integral: ({ alpha }) => 2 * alpha!,
  derivative: (x, { alpha }) => np.reciprocal(np.square(np.abs(x).add(1))).mul(alpha!),
});

/**
 * `(alpha/2) / (1 + (pi alpha x / 2)^2)`.
 *
 * @see Fang et al. 2021, arXiv 2007.05785
 * @example
 * const h = step({ derivative: atan({ alpha: 2 }) }).apply(x);
 */
export const atan: Factory<{ alpha?: number }> = define({
  id: "atan",
  title: "Arctangent",
  formula: "(alpha/2) / (1 + (pi alpha x/2)^2)",
  options: { alpha: positive(2, "twice the height") },
  reference: "Fang et al. 2021, arXiv 2007.05785",
  integral: () => 1,
  derivative: (x, { alpha }) =>
    np.reciprocal(np.square(x.mul((Math.PI * alpha!) / 2)).add(1)).mul(alpha! / 2),
});

/**
 * `max(0, alpha - alpha^2 |x|)`.
 *
 * @see Esser et al. 2016, arXiv 1603.08270
 * @example
 * const h = step({ derivative: triangle() }).apply(x);
 */
export const triangle: Factory<{ alpha?: number }> = define({
  id: "triangle",
  title: "Triangle",
  formula: "max(0, alpha - alpha^2 |x|)",
  options: { alpha: positive(1, "height, and inverse of the half width") },
  reference: "Esser et al. 2016, arXiv 1603.08270",
  integral: () => 1,
  derivative: (x, { alpha }) =>
    rectify(
      np
        .abs(x)
        .mul(-alpha! * alpha!)
        .add(alpha!),
    ),
});

/**
 * `(alpha/2) exp(-alpha|x|)`.
 *
 * @see Shrestha & Orchard 2018 (SLAYER), arXiv 1810.08646
 * @example
 * const h = step({ derivative: piecewiseExponential({ alpha: 1 }) }).apply(x);
 */
export const piecewiseExponential: Factory<{ alpha?: number }> = define({
  id: "piecewise-exponential",
  title: "Piecewise exponential",
  formula: "(alpha/2) exp(-alpha|x|)",
  options: { alpha: positive(1, "twice the height") },
  reference: "Shrestha & Orchard 2018 (SLAYER), arXiv 1810.08646",
  integral: () => 1,
  derivative: (x, { alpha }) => np.exp(np.abs(x).mul(-alpha!)).mul(alpha! / 2),
});

/**
 * `(alpha/sqrt(pi)) exp(-alpha^2 x^2)`.
 *
 * @see Esser et al. 2015, NeurIPS 28
 * @example
 * const h = step({ derivative: erf({ alpha: 2 }) }).apply(x);
 */
export const erf: Factory<{ alpha?: number }> = define({
  id: "erf",
  title: "Error function (Gaussian)",
  formula: "(alpha/sqrt(pi)) exp(-(alpha x)^2)",
  options: { alpha: positive(2, "steepness") },
  reference: "Esser et al. 2015, NeurIPS 28",
  integral: () => 1,
  derivative: (x, { alpha }) =>
    np.exp(np.negative(np.square(x.mul(alpha!)))).mul(alpha! / Math.sqrt(Math.PI)),
});

/**
 * `alpha 1[|x| < 1/(2 alpha)]`.
 *
 * @see Wu et al. 2018, arXiv 1706.02609
 * @example
 * const h = step({ derivative: rectangle({ alpha: 1 }) }).apply(x);
 */
export const rectangle: Factory<{ alpha?: number }> = define({
  id: "rectangle",
  title: "Rectangle",
  formula: "alpha 1[|x| <= 1/(2 alpha)]",
  options: { alpha: positive(1, "height, and inverse of the width") },
  reference: "Wu et al. 2018, arXiv 1706.02609",
  integral: () => 1,
  derivative: (x, { alpha }) => within(x, 1 / (2 * alpha!)).mul(alpha!),
});

/**
 * `alpha / (2 (1 + alpha|x|)^2)`.
 *
 * @see Zenke & Ganguli 2018, arXiv 1705.11146
 * @example
 * const h = step({ derivative: softSign({ alpha: 2 }) }).apply(x);
 */
export const softSign: Factory<{ alpha?: number }> = define({
  id: "soft-sign",
  title: "Soft sign",
  formula: "alpha / (2 (1 + alpha|x|)^2)",
  options: { alpha: positive(2, "twice the height") },
  reference: "Zenke & Ganguli 2018, arXiv 1705.11146",
  integral: () => 1,
  derivative: (x, { alpha }) => np.reciprocal(np.square(np.abs(x).mul(alpha!).add(1))).mul(alpha! / 2),
});

/** `max(0, x)` that keeps NaN; no gradient flows through a pseudo-derivative. */
function rectify(x: np.Array): np.Array {
  const kept = detach(x);
  return np.where(np.less(kept.ref, 0), 0, kept);
}

/** Every pseudo-derivative, in the order of the figure. */
export const pseudoDerivatives: readonly PseudoDerivativeEntry[] = [
  { id: "identity", create: identity },
  { id: "clip", create: clip },
  { id: "rectangle", create: rectangle },
  { id: "triangle", create: triangle },
  { id: "approx-sign", create: approxSign },
  { id: "sigmoid", create: sigmoidDerivative },
  { id: "atan", create: atan },
  { id: "erf", create: erf },
  { id: "piecewise-exponential", create: piecewiseExponential },
  { id: "fast-sigmoid", create: fastSigmoid },
  { id: "superspike", create: superSpike },
  { id: "soft-sign", create: softSign },
  { id: "swish-sign", create: swishSign },
  { id: "sparse-fast-sigmoid", create: sparseFastSigmoid },
  { id: "q-pseudo-spike", create: qPseudoSpike },
  { id: "s2nn", create: s2nn },
  { id: "log-abs", create: logAbs },
  { id: "log-tailed-relu", create: logTailedRelu },
  { id: "leaky-k-relu", create: leakyKRelu },
  { id: "piecewise-leaky-relu", create: piecewiseLeakyRelu },
  { id: "spike-rate-escape", create: spikeRateEscape },
  { id: "leaky-spike", create: leakySpike },
];
