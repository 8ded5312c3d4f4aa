import type { Experiment, Metric } from "../contract/experiment.ts";
import type { RunRecord } from "../contract/run.ts";

export const emptyRecord: RunRecord = { last: {}, best: {}, epoch: { total: 0, steps: 0 } };

/** The record after some more steps of an epoch, whose losses sum to `total`. */
export function afterSteps(record: RunRecord, total: number, steps: number): RunRecord {
  return {
    ...record,
    last: { ...record.last, "loss/train": total / steps },
    epoch: { total: record.epoch.total + total, steps: record.epoch.steps + steps },
  };
}

/** The record after the evaluation at the end of an epoch. */
export function afterEpoch(
  record: RunRecord,
  experiment: Experiment,
  values: { readonly [tag: string]: number },
  epoch: number,
): RunRecord {
  const best = { ...record.best };
  for (const metric of [experiment.headline, ...experiment.metrics]) {
    const value = values[metric.tag];
    if (value !== undefined && isBetter(metric, value, best[metric.tag]?.value))
      best[metric.tag] = { value, epoch };
  }
  return { last: { ...record.last, ...values }, best, epoch: emptyRecord.epoch };
}

/** Whether a value beats another one, or the first one there is. */
export function isBetter({ better }: Metric, value: number, than: number | undefined): boolean {
  if (!Number.isFinite(value)) return false;
  if (than === undefined) return true;
  return better === "higher" ? value > than : value < than;
}
