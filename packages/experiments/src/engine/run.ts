import type { Backend } from "../contract/backend.ts";
import type { Dataset } from "../contract/dataset.ts";
import type { Experiment } from "../contract/experiment.ts";
import { checkSettings } from "../contract/options.ts";
import type { Checkpoint, MetricRow, Run, RunConfig } from "../contract/run.ts";
import { refuseForeign } from "./checkpoint.ts";
import { makeEstimator } from "./estimator.ts";
import { stepCourse } from "./step-course.ts";
import { stopwatch } from "./stopwatch.ts";

/** Steps between two reports. */
const REPORT_EVERY = 100;

/**
 * Starts a run, or continues one from a checkpoint, bit-identically to a run that never stopped.
 *
 * @param experiment one of `experiments`, or your own.
 * @param backend from `useDevice`.
 * @throws RangeError for settings or an estimator that the experiment refuses, and for a foreign checkpoint.
 * @example
 * const run = await startRun(classifier, config, drawnDigits(), await useDevice("wasm"));
 * while (run.step < run.totalSteps) console.log(await run.advance());
 */
export async function startRun(
  experiment: Experiment,
  config: RunConfig,
  dataset: Dataset,
  backend: Backend,
  checkpoint?: Checkpoint,
): Promise<Run> {
  checkSettings(experiment.options, config.settings);
  const estimator = makeEstimator(config.estimator);
  experiment.check(estimator, config.settings, dataset);
  if (checkpoint) refuseForeign(checkpoint, config);
  const setup = { config, estimator, dataset, backend, ...(checkpoint ? { checkpoint } : {}) };
  const course = await ("course" in experiment ? experiment.course(setup) : stepCourse(experiment, setup));
  const watch = stopwatch();
  return {
    config,
    totalSteps: course.totalSteps,
    get step() {
      return course.step;
    },
    async advance(): Promise<readonly MetricRow[]> {
      if (course.step >= course.totalSteps) return [];
      const { from, end: boundary } = await course.next();
      const end = Math.min(boundary, (Math.floor(from / REPORT_EVERY) + 1) * REPORT_EVERY);
      watch.start();
      const total = await course.train(end, watch.inside);
      watch.stop(end - from);
      if (!Number.isFinite(total))
        throw new RangeError(
          `the loss became ${total} by step ${course.step}; use a lower ${"learningRate" in experiment.options ? "--learning-rate" : "learning rate"}, or an estimator with less variance.`,
        );
      return [await course.measure(total, end - from)];
    },
    checkpoint: async () => ({
      config,
      step: course.step,
      tensors: await course.save(),
      record: course.record,
    }),
    summary: () => ({
      headline: experiment.headline.tag,
      metrics: { ...course.record.last, ...course.times },
      bests: course.record.best,
      ...watch.summary(),
      steps: course.step,
      ...(course.notes.length > 0 ? { notes: course.notes } : {}),
    }),
    pictures: (count) => course.pictures(count),
    dispose: () => course.dispose(),
  };
}
