export {
  approxSign,
  atan,
  clip,
  erf,
  fastSigmoid,
  identity,
  type PseudoDerivative,
  type PseudoDerivativeEntry,
  piecewiseExponential,
  pseudoDerivatives,
  rectangle,
  sigmoidDerivative,
  softSign,
  superSpike,
  swishSign,
  triangle,
} from "./pseudo-derivatives.ts";
export { oneHot, sign, step, type ThresholdOptions, type Unit, units } from "./units.ts";
