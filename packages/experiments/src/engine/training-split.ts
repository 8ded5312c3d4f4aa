import type { Dataset, Split } from "../contract/dataset.ts";
import type { Experiment, StepExperiment } from "../contract/experiment.ts";
import type { Settings } from "../contract/options.ts";

/** The images that a run trains on: at least a batch of them. */
export function trainingSplit(experiment: StepExperiment, settings: Settings, dataset: Dataset): Split {
  const train = experiment.split?.(dataset, settings) ?? dataset.train;
  refuseSmall(experiment, settings, train.count, "training examples");
  return train;
}

/** Refuses a batch that so many examples can't fill, with a way out that the option takes. */
export function refuseSmall(
  { name, options }: Pick<Experiment, "name" | "options">,
  settings: Settings,
  count: number,
  what: string,
): void {
  const batch = settings.batch as number;
  if (count >= batch) return;
  const spec = options.batch!;
  const least = spec.type === "number" ? spec.min : 1;
  const way =
    count >= least
      ? `use --batch ${count} or less`
      : `a batch has at least ${least}, so more data are needed`;
  throw new RangeError(`${name}: batch ${batch} is more than the ${count} ${what}; ${way}.`);
}
