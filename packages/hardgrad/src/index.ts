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
export { doubleCv } from "./estimators/control-variate/double-cv.ts";
export { muprop } from "./estimators/control-variate/muprop.ts";
export { rebar, relax } from "./estimators/control-variate/rebar.ts";
export { rodeo } from "./estimators/control-variate/rodeo.ts";
export { arm } from "./estimators/coupled-samples/arm.ts";
export { arms } from "./estimators/coupled-samples/arms.ts";
export { categoricalDisarm } from "./estimators/coupled-samples/categorical-disarm.ts";
export { disarm } from "./estimators/coupled-samples/disarm.ts";
export { exact } from "./estimators/exact/exact.ts";
export { localExpectation } from "./estimators/exact/local-expectation.ts";
export { measureValued } from "./estimators/exact/measure-valued.ts";
export { entmaxMarginal, sparsemaxMarginal } from "./estimators/exact/sparse-marginal.ts";
export {
  additiveNoise,
  multiplicativeNoise,
  noisyRectifier,
  stochasticTimesSmooth,
} from "./estimators/noise/noise.ts";
export { entmax15, sparsemax } from "./estimators/parts/sparse-softmax.ts";
export { adaptiveImle, imle } from "./estimators/perturbation/imle.ts";
export { perturbedOptimizer } from "./estimators/perturbation/perturbed.ts";
export { stochasticTriples } from "./estimators/perturbation/stochastic-triples.ts";
export { decoupledStraightThrough } from "./estimators/relaxation/decoupled.ts";
export { gappedStraightThrough } from "./estimators/relaxation/gapped.ts";
export {
  gaussianGate,
  gaussianGateOpen,
  hardConcrete,
  hardConcreteGate,
  hardConcreteOpen,
} from "./estimators/relaxation/gates.ts";
export { gumbelRao } from "./estimators/relaxation/gumbel-rao.ts";
export { gumbelSoftmax, straightThroughGumbelSoftmax } from "./estimators/relaxation/gumbel-softmax.ts";
export {
  gumbelTopK,
  neuralSortTopK,
  relaxedSubsetSample,
  softSortTopK,
  softThresholdTopK,
} from "./estimators/relaxation/top-k.ts";
export { nvil } from "./estimators/score-function/nvil.ts";
export { raoBlackwell } from "./estimators/score-function/rao-blackwell.ts";
export {
  reinforce,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinforceMovingAverage,
} from "./estimators/score-function/reinforce.ts";
export { rloo } from "./estimators/score-function/rloo.ts";
export { unorderedSet } from "./estimators/score-function/unordered-set.ts";
export { vimco } from "./estimators/score-function/vimco.ts";
export { darn } from "./estimators/straight-through/darn.ts";
export { fini2, fini3 } from "./estimators/straight-through/fini.ts";
export { mve, mveTemperature } from "./estimators/straight-through/mve.ts";
export { reinmax, zgr } from "./estimators/straight-through/reinmax.ts";
export { reinmaxCv, reinmaxRao } from "./estimators/straight-through/reinmax-rao.ts";
export { simple } from "./estimators/straight-through/simple.ts";
export {
  straightThrough,
  straightThroughHardSigmoid,
  straightThroughSigmoid,
} from "./estimators/straight-through/straight-through.ts";
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
  BooleanOption,
  ChoiceOption,
  Distribution,
  Estimator,
  Family,
  Kind,
  NamedArrays,
  Need,
  NumberOption,
  Objective,
  OptionSpec,
  OptionsTable,
  Probability,
  Reference,
  Traits,
} from "./types.ts";
export * from "./units/index.ts";
