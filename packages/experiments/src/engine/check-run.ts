import { type Dataset, exampleSize, type Split } from "../contract/dataset.ts";
import type { Experiment } from "../contract/experiment.ts";
import type { RunConfig } from "../contract/run.ts";
import { formOf } from "../data/index.ts";
import { makeEstimator } from "./estimator.ts";
import { feedOf } from "./feed.ts";
import { trainingSplit } from "./training-split.ts";

/**
 * Refuses a run that can't be: before its data are there by all that is known without them, afterwards by the data too.
 *
 * @throws RangeError that says why: an estimator that does not fit, a batch larger than the training set, ...
 * @example
 * checkRun(classifier, config); // before any work
 * checkRun(classifier, config, drawnDigits()); // and before the run's folder is made
 */
export function checkRun(experiment: Experiment, config: RunConfig, dataset?: Dataset): void {
  const { settings } = config;
  const estimator = makeEstimator(config.estimator);
  experiment.check(estimator, settings, dataset ?? outline(config));
  if ("course" in experiment) {
    if (dataset) experiment.checkData(config, dataset);
  } else if (dataset) feedOf(experiment, { config, estimator, dataset });
  else trainingSplit(experiment, settings, outline(config));
}

/** A dataset before it is there: what its name says, and how many images are drawn. */
function outline(config: RunConfig): Dataset {
  const form = formOf(config);
  const split = (count = Number.MAX_SAFE_INTEGER): Split => ({
    images: new Uint8Array(0),
    labels: new Uint8Array(0),
    size: exampleSize(form.shape),
    count,
  });
  const { data, drawn } = config;
  return { name: data, ...form, train: split(drawn?.train), test: split(drawn?.test) };
}
