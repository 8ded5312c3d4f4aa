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
export type { OwnLaw } from "./audit/own-law.ts";
export { holdUnits, type Part } from "./audit/part.ts";
export type { Measures } from "./audit/statistics.ts";
export { type CatalogueEntry, catalogue, exampleOf, findEstimator } from "./catalogue.ts";
export * from "./codes/index.ts";
export { codePapers } from "./codes/papers.ts";
export { bernoulli } from "./distributions/bernoulli.ts";
export { categorical } from "./distributions/categorical.ts";
export { binomial, poisson } from "./distributions/counts.ts";
export type { DistributionFunctions } from "./distributions/functions.ts";
export { distributionFunctions } from "./distributions/index.ts";
export { lapSum } from "./distributions/lap-sum.ts";
export { oneHotOf } from "./distributions/one-hot.ts";
export { plackettLuce } from "./distributions/plackett-luce.ts";
export { hardTopK } from "./distributions/ranks.ts";
export { firstRows, neuralSort, relaxedTopK, softSort, softTopK } from "./distributions/relaxed-subsets.ts";
export { marginals, subset } from "./distributions/subset.ts";
export * from "./estimators/control-variate/index.ts";
export * from "./estimators/coupled-samples/index.ts";
export {
  defineEstimator,
  type LossDefinition,
  type PathDefinition,
  type StatefulPathDefinition,
} from "./estimators/define.ts";
export * from "./estimators/exact/index.ts";
export * from "./estimators/noise/index.ts";
export { overEvent, sumEvent } from "./estimators/parts/event.ts";
export { withLogitGradient } from "./estimators/parts/gradient.ts";
export { drawNoise } from "./estimators/parts/noise.ts";
export { drawHard, score } from "./estimators/parts/sample.ts";
export { entmax15, sparsemax } from "./estimators/parts/sparse-softmax.ts";
export * from "./estimators/perturbation/index.ts";
export { gaussianGateOpen } from "./estimators/relaxation/gaussian-gate.ts";
export { hardConcreteGate, hardConcreteOpen } from "./estimators/relaxation/hard-concrete.ts";
export * from "./estimators/relaxation/index.ts";
export * from "./estimators/score-function/index.ts";
export * from "./estimators/straight-through/index.ts";
export { mveTemperature } from "./estimators/straight-through/mve.ts";
export { expectation, sample, statefulExpectation, statefulThrough, through } from "./expectation.ts";
export * from "./gates/index.ts";
export { gatePapers } from "./gates/papers.ts";
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
export type { Given, ResolvedOptions } from "./options.ts";
export { bibtex, type ReferenceKey, referenceOf, references } from "./references/index.ts";
export { type Scan, scan } from "./scan.ts";
export {
  cosineSchedule,
  exponentialSchedule,
  geometricSchedule,
  linearSchedule,
  type Schedule,
  slopeSchedule,
} from "./schedules.ts";
export { attach, detach, linearGradient, linearMapGradient } from "./surrogate.ts";
export type {
  Alias,
  BooleanOption,
  ChoiceOption,
  Distribution,
  Estimator,
  Family,
  Kind,
  LossEstimator,
  NamedArrays,
  Need,
  NumberOption,
  Objective,
  OptionSpec,
  OptionsTable,
  PathEstimator,
  Probability,
  Reference,
  StatefulPathEstimator,
  Traits,
} from "./types.ts";
export * from "./units/index.ts";
