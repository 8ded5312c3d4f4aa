import { numpy as np } from "@jax-js/jax";
import { atan, fastSigmoid, softSign, superSpike } from "./algebraic-derivatives.ts";
import { approxSign, clip, rectangle, triangle } from "./bounded-derivatives.ts";
import { erf, piecewiseExponential, sigmoidDerivative, swishSign } from "./exponential-derivatives.ts";
import { define, type PseudoDerivative, type PseudoDerivativeEntry } from "./shape.ts";
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
