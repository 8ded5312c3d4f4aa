import type { Backend, HostArrays } from "../contract/backend.ts";
import type { Dataset } from "../contract/dataset.ts";
import type { StepExperiment } from "../contract/experiment.ts";
import type { Checkpoint, MetricRow, Run, RunConfig } from "../contract/run.ts";
import { findExperiment } from "../experiments/index.ts";
import { fromHost, named, scalar, toHost } from "./arrays.ts";
import { factsOf } from "./batches.ts";
import { checkRun } from "./check-run.ts";
import { restored, save } from "./checkpoint.ts";
import { makeEstimator } from "./estimator.ts";
import { contextOf } from "./evaluation.ts";
import { feedOf } from "./feed.ts";
import { keyOf, PURPOSE } from "./keys.ts";
import { compile } from "./program.ts";
import { afterEpoch, afterSteps, emptyRecord } from "./record.ts";
import { stopwatch } from "./stopwatch.ts";

const REPORT_EVERY = 100;

/**
 * Starts a run, or goes on from a checkpoint to the same bits as if it had not stopped.
 *
 * @param backend from `useDevice`.
 * @throws RangeError for settings or an estimator that the experiment refuses, and for a foreign checkpoint.
 * @example
 * const run = await startRun(config, drawnDigits(), await useDevice("wasm"));
 * while (run.step < run.totalSteps) console.log(await run.advance());
 */
export async function startRun(
  config: RunConfig,
  dataset: Dataset,
  backend: Backend,
  checkpoint?: Checkpoint,
): Promise<Run> {
  const experiment = findExperiment(config.experiment);
  const { settings } = config;
  checkRun(config, dataset);
  const estimator = makeEstimator(config.estimator);
  if ("start" in experiment) return experiment.start(config, dataset, backend, checkpoint);
  const feed = feedOf(experiment, config, dataset);
  const { stepsPerEpoch, totalSteps } = feed;
  const optimizer = experiment.optimizer(settings);
  const program = compile(backend, experiment, config, optimizer);
  const fresh = await initial(experiment, config, dataset);
  const resident = backend.put(checkpoint ? restored(checkpoint, fresh, config) : fresh);
  let step = checkpoint?.step ?? 0;
  let record = checkpoint?.record ?? emptyRecord;
  const watch = stopwatch();
  const notes = experiment.advice?.(settings, estimator) ?? [];

  const context = () =>
    contextOf({
      config,
      estimated: experiment.estimated(settings).parameters,
      dataset,
      program,
      resident,
      step,
      ended: step === totalSteps,
      schedules: feed.schedules(step),
      first: feed.first,
    });

  /** Trains to a step; the sum of the losses. */
  async function trainTo(end: number): Promise<number> {
    const count = end - step;
    watch.start();
    resident.write({ "run.total": scalar(0) });
    for (; step < end; step++) {
      const inputs = feed.inputs(step);
      await watch.inside(() => program.step(resident, inputs));
    }
    const read = await watch.inside(() => resident.read(["run.total"]));
    watch.stop(count);
    return read["run.total"]!.data[0]!;
  }

  return {
    config,
    totalSteps,
    get step() {
      return step;
    },
    async advance(): Promise<readonly MetricRow[]> {
      if (step >= totalSteps) return [];
      const from = step;
      const epochEnd = (Math.floor(step / stepsPerEpoch) + 1) * stepsPerEpoch;
      const total = await trainTo(Math.min(epochEnd, (Math.floor(step / REPORT_EVERY) + 1) * REPORT_EVERY));
      record = afterSteps(record, total, step - from);
      const loss = total / (step - from);
      if (!Number.isFinite(loss))
        throw new RangeError(
          `the loss became ${loss} by step ${step}; use a lower --learning-rate, or an estimator with less variance.`,
        );
      let values: MetricRow["values"] = { "loss/train": loss };
      if (step === epochEnd) {
        if (experiment.calibrate) resident.write(prefixed("params", await experiment.calibrate(context())));
        values = {
          ...values,
          "loss/epoch": record.epoch.total / record.epoch.steps,
          ...(await experiment.evaluate(context())),
        };
        record = afterEpoch(record, experiment, values, step / stepsPerEpoch);
      }
      return [{ step, epoch: step / stepsPerEpoch, values }];
    },
    checkpoint: async () => ({ config, step, tensors: await save(resident), record }),
    summary: () => ({
      headline: experiment.headline.tag,
      metrics: record.last,
      bests: record.best,
      ...watch.summary(),
      steps: step,
      ...(notes.length > 0 ? { notes } : {}),
    }),
    pictures: (count) => experiment.pictures(context(), count),
    dispose: () => resident.dispose(),
  };
}

/** The arrays of a run before its first step. */
export async function initial(
  experiment: StepExperiment,
  config: RunConfig,
  dataset: Dataset,
): Promise<HostArrays> {
  const { settings, seed } = config;
  const key = keyOf(seed, PURPOSE.init, 0);
  const params = experiment.init(fromHost(key), settings, factsOf(dataset.train));
  const optimizer = experiment.optimizer(settings).init(params);
  const estimator = experiment.estimatorState(makeEstimator(config.estimator), settings);
  return { ...(await toHost(named({ params, optimizer, estimator }))), "run.total": scalar(0) };
}

function prefixed(group: string, arrays: HostArrays): HostArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${group}.${name}`, array]));
}
