export { atan, fastSigmoid, softSign, superSpike } from "./algebraic-derivatives.ts";
export { approxSign, clip, rectangle, triangle } from "./bounded-derivatives.ts";
export { erf, piecewiseExponential, sigmoidDerivative, swishSign } from "./exponential-derivatives.ts";
export { type LeakyOptions, leakyIntegrateAndFire, type SpikingNeuron } from "./leaky-integrate-and-fire.ts";
export type { LearnedRounding } from "./learned-rounding.ts";
export { type LearnedRoundingEntry, learnedRoundings } from "./learned-roundings.ts";
export { lsq } from "./lsq.ts";
export { identity, pseudoDerivatives } from "./pseudo-derivatives.ts";
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
export { stableQat } from "./stable-qat.ts";
export type { Unit } from "./unit.ts";
export { oneHot, sign, step, type ThresholdOptions, type UnitEntry, units } from "./units.ts";
