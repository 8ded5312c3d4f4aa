import type { HostArrays } from "../contract/backend.ts";
import type { Batch } from "../contract/dataset.ts";
import type { StepExperiment } from "../contract/experiment.ts";
import type { RunSetup } from "../contract/run.ts";
import { shuffled } from "../data/index.ts";
import { scalars } from "./arrays.ts";
import { emptyBatch, gather, range } from "./batches.ts";
import { initialTemperature } from "./estimator.ts";
import { keyOf, PURPOSE } from "./keys.ts";
import { trainingSplit } from "./training-split.ts";

/** What the steps of a run are given: a function of the configuration, the data and the number of the step alone. */
export interface Feed {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  schedules(step: number): HostArrays;
  /** Images, labels, what the experiment adds, key and schedules. The next call may use the memory again. */
  inputs(step: number): HostArrays;
  /** The same without key and schedules, for the first images: what variances are measured on. */
  first(): HostArrays;
}

/** @throws RangeError if the training set is smaller than a batch. */
export function feedOf(
  experiment: StepExperiment,
  { config, estimator, dataset }: Pick<RunSetup, "config" | "estimator" | "dataset">,
): Feed {
  const { settings, seed } = config;
  const train = trainingSplit(experiment, settings, dataset);
  const size = settings.batch as number;
  const stepsPerEpoch = Math.floor(train.count / size);
  const totalSteps = stepsPerEpoch * (settings.epochs as number);
  const temperature = initialTemperature(estimator);
  const added = experiment.inputs?.(dataset, settings, seed);
  const whole = (batch: Batch, step: number): HostArrays => ({ ...batch, ...added?.(batch, step) });
  const buffers = emptyBatch(size, train.size);
  let order: { epoch: number; indices: Int32Array } | undefined;

  const schedules = (step: number): HostArrays => {
    const epoch = Math.floor(step / stepsPerEpoch);
    return scalars(experiment.schedules({ step, epoch, stepsPerEpoch, totalSteps, temperature }, settings));
  };
  return {
    stepsPerEpoch,
    totalSteps,
    schedules,
    inputs(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      if (order?.epoch !== epoch) order = { epoch, indices: shuffled(train.count, seed, epoch) };
      const from = (step % stepsPerEpoch) * size;
      const batch = gather(train, order.indices.subarray(from, from + size), buffers);
      return { ...whole(batch, step), key: keyOf(seed, PURPOSE.step, step), ...schedules(step) };
    },
    first: () => whole(gather(train, range(size)), 0),
  };
}
