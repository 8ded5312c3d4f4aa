import type { Experiment, RunConfig, Summary } from "@hardgrad/experiments";
import { formatEstimator } from "../ask/estimator.ts";

/** One line of the table: an estimator over its seeds. */
export interface Result {
  readonly estimator: string;
  readonly seeds: readonly number[];
  /** The experiment's headline metric with each seed, and its mean. */
  readonly values: readonly number[];
  readonly value: number;
  /** Of that mean over seeds; with one seed, of the test set as a sample. */
  readonly standardError: number;
  readonly errorFrom: "seeds" | "test set";
  /** Of the test set as a sample, with the first seed; NaN where the experiment does not measure it. */
  readonly testError: number;
  /** Best of the headline metric over epochs and seeds. */
  readonly best: number;
  /** Means over seeds of all metrics, geometric where a metric is logarithmic. */
  readonly metrics: { readonly [tag: string]: number };
  readonly msPerStep: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Groups finished runs by estimator, best first; equal ones as they were named. */
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
      const bests = summaries.flatMap((s) => s.bests[headline.tag]?.value ?? []).map((best) => sign * best);
      const testError = valuesOf(`${headline.tag}-standard-error`)[0]!;
      const tags = Object.keys(summaries[0]!.metrics);
      return {
        estimator,
        seeds: members.map((m) => m.config.seed),
        values,
        value,
        standardError: n > 1 ? Math.sqrt(spread / (n - 1) / n) : testError,
        errorFrom: n > 1 ? ("seeds" as const) : ("test set" as const),
        testError,
        best: bests.length > 0 ? sign * Math.max(...bests) : Number.NaN,
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
    .sort((a, b) => rank(sign * b.value) - rank(sign * a.value));
}

/** What is not a number comes last. */
const rank = (value: number): number => (Number.isFinite(value) ? value : -Number.MAX_VALUE);

function group<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
