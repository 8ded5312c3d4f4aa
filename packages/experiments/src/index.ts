export { classifier } from "./classifier.ts";
export type {
  Checkpoint,
  EstimatorSpec,
  MetricRow,
  Picture,
  Run,
  RunConfig,
  RunRecord,
  Summary,
  Tensor,
} from "./contract.ts";
export * from "./data/index.ts";
export type { Arrays, Backend, HostArray, HostArrays, Resident } from "./engine/backend.ts";
export { deviceNames, useDevice } from "./engine/device.ts";
export { DeviceLost } from "./engine/device-lost.ts";
export { makeEstimator } from "./engine/estimator.ts";
export { keyOf, PURPOSE } from "./engine/keys.ts";
export { startRun } from "./engine/run.ts";
export { type TrainingStep, trainingStep } from "./engine/training-step.ts";
export { totalVariance } from "./engine/variance.ts";
export type {
  Card,
  EvaluationContext,
  Experiment,
  Facts,
  Metric,
  Moment,
  Schedules,
  Settings,
  StepInputs,
} from "./experiment.ts";
export { experiments, findExperiment } from "./experiments.ts";
export { crossEntropy, dense, glorotUniform } from "./layers.ts";
export { adam, type Optimizer, type Params, sgd } from "./optimizers.ts";
export { readSizes, type SettingSpec, type SettingsTable, type SizesOption } from "./options.ts";
export { slopeAt, temperatureAt } from "./schedules.ts";
