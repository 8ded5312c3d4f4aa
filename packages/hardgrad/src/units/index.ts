export {
  approxSign,
  atan,
  clip,
  erf,
  fastSigmoid,
  identity,
  piecewiseExponential,
  pseudoDerivatives,
  rectangle,
  sigmoidDerivative,
  softSign,
  superSpike,
  swishSign,
  triangle,
} from "./pseudo-derivatives.ts";
export { magnitudeAwareSign, roundBits, ternary } from "./quantizers.ts";
export type { PseudoDerivative, PseudoDerivativeEntry } from "./shape.ts";
export {
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
export { oneHot, sign, step, type ThresholdOptions, type Unit, type UnitEntry, units } from "./units.ts";
