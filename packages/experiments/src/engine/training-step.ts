import type { RunConfig } from "../contract.ts";
import { type Dataset, shuffled } from "../data/index.ts";
import { findExperiment } from "../experiments.ts";
import { scalars } from "./arrays.ts";
import type { Arrays, HostArrays } from "./backend.ts";
import { gather } from "./batches.ts";
import { initialTemperature, makeEstimator } from "./estimator.ts";
import { keyOf, PURPOSE } from "./keys.ts";
import { stepOf } from "./program.ts";
import { initial } from "./run.ts";

/** The step of a run by itself: to time it, to export it, to compare devices. */
export interface TrainingStep {
  /** The resident arrays before the first step: `params.w1`, `optimizer.w1`, `estimator.x`, `run.total`. */
  readonly initial: HostArrays;
  /** A traced function for `Backend.update`; it adds the mean loss to `run.total`. Consumes everything. */
  readonly step: (resident: Arrays, inputs: Arrays) => Arrays;
  /** What a run would give to that step: images, labels, key and schedules. */
  inputs(step: number): HostArrays;
}

/**
 * The same arrays and function that `startRun` works with.
 *
 * @example
 * const { initial, step, inputs } = await trainingStep(config, drawnDigits());
 * const resident = backend.put(initial);
 * await backend.update(step)(resident, inputs(0));
 */
export async function trainingStep(config: RunConfig, dataset: Dataset): Promise<TrainingStep> {
  const experiment = findExperiment(config.experiment);
  if ("start" in experiment)
    throw new RangeError(
      `trainingStep: ${experiment.name} has no single step; it changes from task to task.`,
    );
  const { settings, seed } = config;
  const estimator = makeEstimator(config.estimator);
  experiment.check(estimator, settings, dataset);
  const temperature = initialTemperature(estimator);
  const batch = settings.batch as number;
  const stepsPerEpoch = Math.floor(dataset.train.count / batch);
  const totalSteps = stepsPerEpoch * (settings.epochs as number);
  return {
    initial: await initial(experiment, config, dataset),
    step: stepOf(experiment, config, experiment.optimizer(settings)),
    inputs(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      const from = (step % stepsPerEpoch) * batch;
      const indices = shuffled(dataset.train.count, seed, epoch).subarray(from, from + batch);
      const moment = { step, epoch, stepsPerEpoch, totalSteps, temperature };
      return {
        ...gather(dataset.train, indices),
        key: keyOf(seed, PURPOSE.step, step),
        ...scalars(experiment.schedules(moment, settings)),
      };
    },
  };
}
