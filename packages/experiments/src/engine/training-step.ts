import type { NamedArrays } from "hardgrad";
import type { HostArrays } from "../contract/backend.ts";
import type { Dataset } from "../contract/dataset.ts";
import type { Experiment } from "../contract/experiment.ts";
import type { RunConfig } from "../contract/run.ts";
import { makeEstimator } from "./estimator.ts";
import { feedOf } from "./feed.ts";
import { stepOf } from "./program.ts";
import { initial } from "./step-course.ts";

/** The step of a run by itself: to time it, to export it, to compare devices. */
export interface TrainingStep {
  /** The resident arrays before the first step: `params.w1`, `optimizer.w1`, `estimator.x`, `run.total`. */
  readonly initial: HostArrays;
  /** A traced function for `Backend.update`; it adds the mean loss to `run.total`. Consumes everything. */
  readonly step: (resident: NamedArrays, inputs: NamedArrays) => NamedArrays;
  /** What a run would give to that step: images, labels, key and schedules. */
  inputs(step: number): HostArrays;
}

/**
 * The same arrays and function that `startRun` works with.
 *
 * @example
 * const { initial, step, inputs } = await trainingStep(classifier, config, drawnDigits());
 * const resident = backend.put(initial);
 * await backend.update(step)(resident, inputs(0));
 */
export async function trainingStep(
  experiment: Experiment,
  config: RunConfig,
  dataset: Dataset,
): Promise<TrainingStep> {
  if ("course" in experiment)
    throw new RangeError(
      `trainingStep: ${experiment.name} has no single step; it changes from task to task.`,
    );
  const estimator = makeEstimator(config.estimator);
  experiment.check(estimator, config.settings, dataset);
  const setup = { config, estimator, dataset };
  const feed = feedOf(experiment, setup);
  return {
    initial: await initial(experiment, setup),
    step: stepOf(experiment, config.settings, estimator),
    inputs: (step) =>
      Object.fromEntries(
        Object.entries(feed.inputs(step)).map(([name, x]) => [
          name,
          { shape: x.shape, data: x.data.slice() },
        ]),
      ),
  };
}
