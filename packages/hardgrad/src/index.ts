export { type CatalogueEntry, catalogue, findEstimator } from "./catalogue.ts";
export { bernoulli } from "./distributions/bernoulli.ts";
export { categorical } from "./distributions/categorical.ts";
export { type DistributionFunctions, distributionFunctions } from "./distributions/index.ts";
export { disarm } from "./estimators/disarm.ts";
export { exact } from "./estimators/exact.ts";
export { gumbelSoftmax, straightThroughGumbelSoftmax } from "./estimators/gumbel-softmax.ts";
export {
  additiveNoise,
  multiplicativeNoise,
  noisyRectifier,
  stochasticTimesSmooth,
} from "./estimators/noise.ts";
export {
  reinforce,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinforceMovingAverage,
} from "./estimators/reinforce.ts";
export { reinmax, zgr } from "./estimators/reinmax.ts";
export { rloo } from "./estimators/rloo.ts";
export {
  straightThrough,
  straightThroughHardSigmoid,
  straightThroughSigmoid,
} from "./estimators/straight-through.ts";
export { expectation, sample, statefulExpectation, through } from "./expectation.ts";
export { hardSigmoid, logSigmoid, sigmoid, softplus } from "./math.ts";
export { bibtex, references } from "./references.ts";
export type {
  Distribution,
  Estimator,
  Family,
  Kind,
  Need,
  Objective,
  OptionSpec,
  OptionsTable,
  Probability,
  Reference,
  State,
  Traits,
} from "./types.ts";
export * from "./units/index.ts";
