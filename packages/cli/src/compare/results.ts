import type { Experiment, Metric, RunConfig, Summary } from "@hardgrad/experiments";
import { type Estimator, findEstimator } from "hardgrad";
import { formatEstimator, parseEstimator } from "../estimator-spec.ts";
import { formatMetric } from "../metric-text.ts";

/** One line of the table: an estimator over its seeds. */
export interface Result {
  readonly estimator: string;
  readonly seeds: readonly number[];
  /** Mean of the experiment's headline metric. */
  readonly value: number;
  /** Of that mean over seeds; with one seed, of the test set as a sample. */
  readonly standardError: number;
  readonly errorFrom: "seeds" | "test set";
  /** Best of the headline metric over epochs and seeds. */
  readonly best: number;
  /** Means over seeds of all metrics, geometric where a metric is logarithmic. */
  readonly metrics: { readonly [tag: string]: number };
  readonly msPerStep: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Groups finished runs by estimator, best first. */
export function resultsOf(
  experiment: Experiment,
  runs: readonly { config: RunConfig; summary: Summary }[],
): readonly Result[] {
  const { headline, metrics } = experiment;
  const sign = headline.better === "higher" ? 1 : -1;
  const logarithmic = [headline, ...metrics].filter((m) => m.logarithmic).map((m) => m.tag);
  const groups = group(runs, (r) => formatEstimator(r.config.estimator));
  return [...groups]
    .map(([estimator, members]) => {
      const summaries = members.map((m) => m.summary);
      const valuesOf = (tag: string): number[] => summaries.map((s) => s.metrics[tag] ?? Number.NaN);
      const values = valuesOf(headline.tag);
      const value = mean(values);
      const n = values.length;
      const spread = values.reduce((s, v) => s + (v - value) ** 2, 0);
      const bests = summaries.map((s) => sign * (s.bests[headline.tag]?.value ?? Number.NaN));
      const tags = Object.keys(summaries[0]!.metrics);
      return {
        estimator,
        seeds: members.map((m) => m.config.seed),
        value,
        standardError:
          n > 1 ? Math.sqrt(spread / (n - 1) / n) : valuesOf(`${headline.tag}-standard-error`)[0]!,
        errorFrom: n > 1 ? ("seeds" as const) : ("test set" as const),
        best: sign * Math.max(...bests),
        metrics: Object.fromEntries(
          tags.map((tag) => {
            const all = valuesOf(tag);
            return [tag, logarithmic.includes(tag) ? Math.exp(mean(all.map(Math.log))) : mean(all)];
          }),
        ),
        // A run that was resumed at its end has no time of its own.
        msPerStep: mean(summaries.map((s) => s.msPerStep).filter(Number.isFinite)),
      };
    })
    .sort((a, b) => sign * (b.value - a.value));
}

function group<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** Which one wins, and what its traits say of why. */
export function verdict({ unit }: Metric, results: readonly Result[]): string {
  const [first, second] = results;
  if (!first || !second) return "";
  const last = results.at(-1)!;
  const text = (value: number): string => formatMetric(unit, value);
  const gap = Math.abs(first.value - second.value);
  const error = Math.hypot(first.standardError, second.standardError);
  const head =
    gap < 2 * error
      ? `${first.estimator} leads with ${text(first.value)}, within two standard errors of ${second.estimator} (${text(second.value)})`
      : `${first.estimator} wins with ${text(first.value)}, ${text(gap)} ahead of ${second.estimator}`;
  return `${head}: ${why(first)}. Last is ${last.estimator} with ${text(last.value)}: ${why(last)}.`;
}

function why({ estimator, metrics }: Result): string {
  // With the options of the runs: a claim may hold for the defaults only.
  const { id, options } = parseEstimator(estimator);
  const e: Estimator = findEstimator(id)!.create(options);
  const bias = e.unbiased
    ? "its gradient is unbiased"
    : `its gradient is biased (exact for ${e.exactDegree === 0 ? "constants only" : `degree ${e.exactDegree}`})`;
  const variance = metrics["gradient/variance"];
  return variance === undefined ? bias : `${bias}, with variance ${variance.toPrecision(2)} at the end`;
}
