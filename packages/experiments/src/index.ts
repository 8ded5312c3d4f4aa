export { type AdamOptions, adam, adamw, radam } from "./adam.ts";
export { classifier } from "./classifier.ts";
export { continual } from "./continual/index.ts";
export { type TaskModel, taskModels } from "./continual/models.ts";
export { timeTasks } from "./continual/timing.ts";
export { verifyContinual } from "./continual/verify.ts";
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
export { checkRun } from "./engine/check-run.ts";
export {
  CHECKPOINT_FORMAT,
  checkpointContent,
  checkpointParts,
  decodeCheckpoint,
} from "./engine/checkpoint-file.ts";
export { type DeviceOptions, deviceNames, useDevice } from "./engine/device.ts";
export { DeviceLost } from "./engine/device-lost.ts";
export { makeEstimator } from "./engine/estimator.ts";
export {
  type ExportedModel,
  exportModel,
  exportsOf,
  type ModelPort,
  parametersOf,
} from "./engine/export.ts";
export { extended, withoutEnd } from "./engine/extension.ts";
export { keyOf, PURPOSE } from "./engine/keys.ts";
export { type Checker, type Difference, modelChecker, TOLERANCE } from "./engine/native/check.ts";
export { nativeBackend } from "./engine/native/index.ts";
export { startRun } from "./engine/run.ts";
export {
  checkRuntimeFile,
  MOST_FLIPPED,
  type RuntimeCheck,
  type RuntimeFile,
  runtimeFile,
} from "./engine/runtime-file.ts";
export { type TrainingStep, trainingStep } from "./engine/training-step.ts";
export { totalVariance } from "./engine/variance.ts";
export type {
  Card,
  EvaluationContext,
  Experiment,
  Facts,
  Metric,
  Moment,
  RunExperiment,
  Schedules,
  Settings,
  StepExperiment,
  StepInputs,
} from "./experiment.ts";
export { experiments, findExperiment } from "./experiments.ts";
export { type Exported, type ExportedInput, type Exports, imageInput } from "./exports.ts";
export { gated } from "./gated/index.ts";
export { type GatedSizes, sizesOf as gatedSizes } from "./gated/networks.ts";
export { type Asked, type LoadedGenerator, loadGenerator } from "./generator/draw.ts";
export { generator } from "./generator/index.ts";
export { morph } from "./generator/morph.ts";
export * from "./judge/index.ts";
export { bernoulliLoss, crossEntropy, dense, fanInUniform, glorotUniform, splitKey } from "./layers.ts";
export { maxNorm } from "./max-norm.ts";
export { type Optimizer, type Params, sgd } from "./optimizers.ts";
export { readSizes, type SettingSpec, type SettingsTable, type SizesOption } from "./options.ts";
export type { RuntimeExport } from "./runtime-export.ts";
export { geometricAt, learningRateAt, slopeAt, temperatureAt } from "./schedules.ts";
export { vae } from "./vae.ts";
