import type { HostArrays } from "../contract/backend.ts";
import type { StepExperiment } from "../contract/experiment.ts";
import type { Course, MetricRow, RunSetup } from "../contract/run.ts";
import { fromHost, named, scalar, toHost } from "./arrays.ts";
import { factsOf } from "./batches.ts";
import { isTotal, restore, tensorsOf } from "./checkpoint.ts";
import { contextOf } from "./evaluation.ts";
import { feedOf } from "./feed.ts";
import { keyOf, PURPOSE } from "./keys.ts";
import { compileProgram } from "./program.ts";
import { afterEpoch, afterSteps, emptyRecord } from "./record.ts";
import { trainSteps } from "./steps.ts";

/** The course of an experiment of one step: epochs, each with an evaluation at its end. */
export async function stepCourse(experiment: StepExperiment, setup: RunSetup): Promise<Course> {
  const { config, estimator, dataset, backend, checkpoint } = setup;
  const { settings } = config;
  const feed = feedOf(experiment, setup);
  const { stepsPerEpoch, totalSteps } = feed;
  const program = compileProgram(experiment, setup);
  const fresh = await initial(experiment, setup);
  const resident = backend.put(checkpoint ? restore(checkpoint.tensors, fresh) : fresh);
  const kept = Object.keys(fresh).filter((name) => !isTotal(name));
  let step = checkpoint?.step ?? 0;
  let record = checkpoint?.record ?? emptyRecord;

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

  /** What is measured when an epoch has ended. */
  async function evaluate(): Promise<MetricRow["values"]> {
    if (experiment.calibrate) resident.write(params(await experiment.calibrate(context())));
    const { total, steps } = record.epoch;
    return { "loss/epoch": total / steps, ...(await experiment.evaluate(context())) };
  }

  return {
    totalSteps,
    get step() {
      return step;
    },
    get record() {
      return record;
    },
    notes: experiment.advice?.(settings, estimator) ?? [],
    next: async () => ({ from: step, end: (Math.floor(step / stepsPerEpoch) + 1) * stepsPerEpoch }),
    async train(end, inside) {
      const { step: train } = program;
      const total = await trainSteps({ resident, step: train, inputs: feed.inputs }, step, end, inside);
      step = end;
      return total;
    },
    async measure(total, steps) {
      record = afterSteps(record, total, steps);
      const epoch = step / stepsPerEpoch;
      let values: MetricRow["values"] = { "loss/train": total / steps };
      if (Number.isInteger(epoch)) {
        values = { ...values, ...(await evaluate()) };
        record = afterEpoch(record, experiment, values, epoch);
      }
      return { step, epoch, values };
    },
    save: async () => tensorsOf(await resident.read(kept)),
    pictures: (count) => experiment.pictures(context(), count),
    dispose: () => resident.dispose(),
  };
}

/** The arrays of a run before its first step. */
export async function initial(
  experiment: StepExperiment,
  { config, estimator, dataset }: Pick<RunSetup, "config" | "estimator" | "dataset">,
): Promise<HostArrays> {
  const { settings, seed } = config;
  const key = keyOf(seed, PURPOSE.init, 0);
  const params = experiment.init(fromHost(key), settings, factsOf(dataset, dataset.train));
  const optimizer = experiment.optimizer(settings).init(params);
  const state = experiment.estimatorState(estimator, settings);
  return { ...(await toHost(named({ params, optimizer, estimator: state }))), "run.total": scalar(0) };
}

function params(arrays: HostArrays): HostArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`params.${name}`, array]));
}
