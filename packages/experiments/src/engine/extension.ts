import type { Dataset } from "../contract/dataset.ts";
import type { Experiment } from "../contract/experiment.ts";
import type { Checkpoint, RunConfig } from "../contract/run.ts";
import { makeEstimator } from "./estimator.ts";
import { feedOf } from "./feed.ts";

/**
 * The checkpoint of a run that is trained further, if that gives the bits of a run that was asked for so many epochs from
 * its start: if no schedule of the steps that are done would have been another. What was measured because the run had
 * ended is left out.
 *
 * @throws RangeError that says which schedule depends on the length of the run.
 * @example
 * const longer = extended(classifier, checkpoint, 20, dataset);
 * const run = await startRun(classifier, longer.config, dataset, backend, longer);
 */
export function extended(
  experiment: Experiment,
  checkpoint: Checkpoint,
  epochs: number,
  dataset: Dataset,
): Checkpoint {
  const { config, step, record } = checkpoint;
  const next: RunConfig = { ...config, settings: { ...config.settings, epochs } };
  const anew = `train anew with --epochs ${epochs}`;
  if ("course" in experiment)
    throw new RangeError(
      `--epochs ${epochs} can't extend this run: ${experiment.name} trains every task for --epochs ${config.settings.epochs} and then closes it; ${anew}.`,
    );
  const estimator = makeEstimator(config.estimator);
  const [before, after] = [config, next].map(
    (c) => feedOf(experiment, { config: c, estimator, dataset }).schedules,
  );
  const flat = (schedules: ReturnType<NonNullable<typeof before>>): [string, number][] =>
    Object.entries(schedules).map(([name, { data }]) => [name, data[0]!]);
  for (let s = 0; s < step; s++) {
    const planned = new Map(flat(after!(s)));
    const other = flat(before!(s)).find(([name, value]) => value !== planned.get(name));
    if (other)
      throw new RangeError(
        `--epochs ${epochs} can't extend this run: with it the ${other[0].replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)} of step ${s + 1} would have been ${planned.get(other[0])}, not ${other[1]}; ${anew}.`,
      );
  }
  const { last, best } = record;
  return {
    ...checkpoint,
    config: next,
    record: { ...record, last: withoutEnd(experiment, last), best: withoutEnd(experiment, best) },
  };
}

/**
 * Values by tag, without those that are measured at the end of a run only.
 *
 * @example
 * withoutEnd(classifier, { "accuracy/test": 0.97, "loss/train": 0.1 });
 */
export function withoutEnd<T>(
  { headline, metrics }: Pick<Experiment, "headline" | "metrics">,
  values: { readonly [tag: string]: T },
): { [tag: string]: T } {
  const atEnd = [headline, ...metrics].filter((metric) => metric.atEnd).map((metric) => metric.tag);
  return Object.fromEntries(Object.entries(values).filter(([tag]) => !atEnd.includes(tag)));
}
