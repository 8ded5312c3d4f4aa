import { checkRun, type Experiment, type RunConfig } from "@hardgrad/experiments";
import { UsageError } from "../ask/errors.ts";
import { datasetOf } from "../data/progress.ts";

/** Refuses runs that can't be, all of them at once, so that the next try is not the next refusal. */
export function refuseAll(configs: readonly RunConfig[], check: (config: RunConfig) => void): void {
  const reasons = configs.flatMap((config) => {
    try {
      check(config);
      return [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [error.message];
    }
  });
  if (reasons.length > 0) throw new UsageError([...new Set(reasons)].join(" "));
}

/** Refuses missing data, and runs that their data don't allow, before any run; how many examples there are. */
export async function refuseByData(
  experiment: Experiment,
  configs: readonly RunConfig[],
  quiet: boolean,
): Promise<{ readonly train: number; readonly test: number }> {
  const groups = new Map<string, RunConfig[]>();
  for (const config of configs) {
    const key = JSON.stringify([config.data, config.drawn]);
    groups.set(key, [...(groups.get(key) ?? []), config]);
  }
  const counts: { train: number; test: number }[] = [];
  for (const group of groups.values()) {
    const dataset = await datasetOf(group[0]!, quiet);
    refuseAll(group, (config) => checkRun(experiment, config, dataset));
    counts.push({ train: dataset.train.count, test: dataset.test.count });
  }
  return counts[0]!;
}
