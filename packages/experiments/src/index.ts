export { classifier } from "./classifier.ts";
export type {
  Checkpoint,
  EstimatorSpec,
  MetricRow,
  Run,
  RunConfig,
  Summary,
  Tensor,
} from "./contract.ts";
export * from "./data/index.ts";
export { deviceNames, useDevice } from "./engine/device.ts";
export { experiments, startRun } from "./engine/run.ts";
export { totalVariance } from "./engine/variance.ts";
export type { Experiment, Settings, StepInputs } from "./experiment.ts";
export { crossEntropy, dense, glorotUniform } from "./layers.ts";
export { adam, type Optimizer, type Params, sgd } from "./optimizers.ts";
export { slopeAt, temperatureAt } from "./schedules.ts";
