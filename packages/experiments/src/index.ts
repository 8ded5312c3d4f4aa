export {
  type Backend,
  type Computer,
  computerText,
  type HostArray,
  type HostArrays,
  type Resident,
  sourceOfBits,
} from "./contract/backend.ts";
export {
  type Batch,
  type DataForm,
  type Dataset,
  type ExampleShape,
  exampleAt,
  exampleSize,
  type ImageShape,
  type Split,
} from "./contract/dataset.ts";
export type { Asked, LoadedGenerator } from "./contract/drawing.ts";
export type {
  Card,
  CourseExperiment,
  Estimated,
  Evaluation,
  EvaluationContext,
  Experiment,
  Facts,
  FinishedTasks,
  Metric,
  Moment,
  Recommended,
  Schedules,
  StepExperiment,
  StepInputs,
} from "./contract/experiment.ts";
export {
  imageInput,
  type Model,
  type ModelInput,
  type Models,
  type RuntimeModel,
  type TaskModel,
} from "./contract/models.ts";
export {
  type ChoiceSetting,
  type DerivedDefault,
  type NumberSetting,
  readSizes,
  resolveSettings,
  ruleOf,
  type SettingSpec,
  type Settings,
  type SettingsOf,
  type SettingsTable,
  type SizesOption,
  takes,
} from "./contract/options.ts";
export type {
  Checkpoint,
  Course,
  EstimatorSpec,
  MetricRow,
  Picture,
  Run,
  RunConfig,
  RunRecord,
  RunSetup,
  Summary,
  Tensor,
} from "./contract/run.ts";
export * from "./data/index.ts";
export { type DeviceOptions, deviceNames, useDevice } from "./engine/backends/device.ts";
export { DeviceLost } from "./engine/backends/device-lost.ts";
export { checkRun } from "./engine/check-run.ts";
export { checkpointParts, decodeCheckpoint, encodeCheckpoint } from "./engine/checkpoint-file.ts";
export { addEstimator, makeEstimator } from "./engine/estimator.ts";
export { type Checker, type Difference, modelChecker, TOLERANCE } from "./engine/export/check.ts";
export { type CircuitCheck, checkCircuit, trainedCircuit } from "./engine/export/circuit.ts";
export {
  exportModel,
  type ModelPort,
  modelsOf,
  type OnnxFile,
  parametersOf,
} from "./engine/export/onnx.ts";
export {
  checkRuntimeFile,
  MOST_FLIPPED,
  type RuntimeCheck,
  type RuntimeFile,
  runtimeFile,
} from "./engine/export/runtime.ts";
export {
  readSafetensors,
  type Safetensors,
  tensorBytes,
  writeSafetensors,
} from "./engine/export/safetensors.ts";
export { extended, withoutEnd } from "./engine/extension.ts";
export { keyOf, PURPOSE } from "./engine/keys.ts";
export { startRun } from "./engine/run.ts";
export { type TrainingStep, trainingStep } from "./engine/training-step.ts";
export { binary } from "./experiments/binary/index.ts";
export { classifier } from "./experiments/classifier/index.ts";
export { continual } from "./experiments/continual/index.ts";
export { timeTasks } from "./experiments/continual/timing.ts";
export { gated } from "./experiments/gated/index.ts";
export { generator } from "./experiments/generator/index.ts";
export { loadGenerator } from "./experiments/generator/load.ts";
export { morph } from "./experiments/generator/morph.ts";
export { experiments, findExperiment } from "./experiments/index.ts";
export { logic } from "./experiments/logic/index.ts";
export { sbn } from "./experiments/sbn/index.ts";
export { vae } from "./experiments/vae/index.ts";
export * from "./judge/index.ts";
export { type AdamOptions, adam, adamw, radam } from "./nn/adam.ts";
export { accuracy, readPictures, testAccuracy } from "./nn/classify.ts";
export { bernoulliLoss, crossEntropy, dense, fanInUniform, glorotUniform, splitKey } from "./nn/layers.ts";
export { maxNorm } from "./nn/max-norm.ts";
export { normalizedPixel } from "./nn/normalize.ts";
export { learningRateAt } from "./nn/schedules.ts";
export { sgd } from "./nn/sgd.ts";
