export { type AuditOptions, type AuditReport, type AuditRow, audit } from "./audit/audit.ts";
export { exactGradient } from "./audit/exact-gradient.ts";
export {
  flipRatio,
  type GateRates,
  gateRates,
  monitorGradient,
  signalToNoise,
  startGradientMonitor,
} from "./audit/monitor.ts";
export type { Measures } from "./audit/statistics.ts";
export { type CatalogueEntry, catalogue, findEstimator } from "./catalogue.ts";
export { bernoulli } from "./distributions/bernoulli.ts";
export { categorical } from "./distributions/categorical.ts";
export { binomial, poisson } from "./distributions/counts.ts";
export { type DistributionFunctions, distributionFunctions } from "./distributions/index.ts";
export { oneHotOf } from "./distributions/one-hot.ts";
export { plackettLuce } from "./distributions/plackett-luce.ts";
export { hardTopK } from "./distributions/ranks.ts";
export { firstRows, neuralSort, relaxedSubset, softSort, softTopK } from "./distributions/relaxed-subsets.ts";
export { marginals, subset } from "./distributions/subset.ts";
export { arm } from "./estimators/arm.ts";
export { arms } from "./estimators/arms.ts";
export { categoricalDisarm } from "./estimators/categorical-disarm.ts";
export { darn } from "./estimators/darn.ts";
export { decoupledStraightThrough } from "./estimators/decoupled.ts";
export { disarm } from "./estimators/disarm.ts";
export { doubleCv } from "./estimators/double-cv.ts";
export { exact } from "./estimators/exact.ts";
export { fini2, fini3 } from "./estimators/fini.ts";
export { gappedStraightThrough } from "./estimators/gapped.ts";
export {
  gaussianGate,
  gaussianGateOpen,
  hardConcrete,
  hardConcreteGate,
  hardConcreteOpen,
} from "./estimators/gates.ts";
export { gumbelRao } from "./estimators/gumbel-rao.ts";
export { gumbelSoftmax, straightThroughGumbelSoftmax } from "./estimators/gumbel-softmax.ts";
export { adaptiveImle, imle } from "./estimators/imle.ts";
export { localExpectation } from "./estimators/local-expectation.ts";
export { measureValued } from "./estimators/measure-valued.ts";
export { muprop } from "./estimators/muprop.ts";
export { mve, mveTemperature } from "./estimators/mve.ts";
export {
  additiveNoise,
  multiplicativeNoise,
  noisyRectifier,
  stochasticTimesSmooth,
} from "./estimators/noise.ts";
export { nvil } from "./estimators/nvil.ts";
export { perturbedOptimizer } from "./estimators/perturbed.ts";
export { raoBlackwell } from "./estimators/rao-blackwell.ts";
export { rebar, relax } from "./estimators/rebar.ts";
export {
  reinforce,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinforceMovingAverage,
} from "./estimators/reinforce.ts";
export { reinmax, zgr } from "./estimators/reinmax.ts";
export { reinmaxCv, reinmaxRao } from "./estimators/reinmax-rao.ts";
export { rloo } from "./estimators/rloo.ts";
export { rodeo } from "./estimators/rodeo.ts";
export { simple } from "./estimators/simple.ts";
export { entmaxMarginal, sparsemaxMarginal } from "./estimators/sparse-marginal.ts";
export { entmax15, sparsemax } from "./estimators/sparse-softmax.ts";
export { stochasticTriples } from "./estimators/stochastic-triples.ts";
export {
  straightThrough,
  straightThroughHardSigmoid,
  straightThroughSigmoid,
} from "./estimators/straight-through.ts";
export {
  gumbelTopK,
  neuralSortTopK,
  relaxedSubsetSample,
  softSortTopK,
  softThresholdTopK,
} from "./estimators/top-k.ts";
export { unorderedSet } from "./estimators/unordered-set.ts";
export { vimco } from "./estimators/vimco.ts";
export { expectation, sample, statefulExpectation, through } from "./expectation.ts";
export * from "./gates/index.ts";
export { type GradientOptions, grad, valueAndGrad } from "./gradients.ts";
export {
  hardSigmoid,
  log,
  log1p,
  logaddexp,
  logSigmoid,
  logSoftmax,
  logsumexp,
  sigmoid,
  softplus,
} from "./math.ts";
export { bibtex, references } from "./references.ts";
export { detach } from "./surrogate.ts";
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
