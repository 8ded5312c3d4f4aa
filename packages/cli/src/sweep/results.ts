import type { Experiment, Summary } from "@hardgrad/experiments";
import { formatEstimator } from "../ask/estimator.ts";
import type { PlannedRun } from "./plan.ts";

/** A run that has ended. */
export interface Ended {
  readonly run: Pick<PlannedRun, "group" | "varied" | "config">;
  readonly summary: Summary;
}

/** One line of the table: runs that differ in nothing but their seed. */
export interface Result {
  /** The estimator, and the flags that differ between lines. */
  readonly group: string;
  readonly estimator: string;
  readonly varied: PlannedRun["varied"];
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
  /** Their standard errors over seeds; NaN with one seed. Of a logarithmic metric: the factor less one. */
  readonly errors: { readonly [tag: string]: number };
  readonly msPerStep: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Standard error of a mean; NaN with one value. */
export function errorOf(values: readonly number[]): number {
  const n = values.length;
  const centre = mean(values);
  const spread = values.reduce((sum, v) => sum + (v - centre) ** 2, 0);
  return n > 1 ? Math.sqrt(spread / (n - 1) / n) : Number.NaN;
}

/** Groups finished runs, best first; equal ones as they were planned. */
export function resultsOf(experiment: Experiment, ended: readonly Ended[]): readonly Result[] {
  const { headline, metrics } = experiment;
  const sign = headline.better === "higher" ? 1 : -1;
  const logarithmic = [headline, ...metrics].filter((m) => m.logarithmic).map((m) => m.tag);
  return [...grouped(ended)]
    .map(([group, members]) => {
      const { config, varied } = members[0]!.run;
      const summaries = members.map((m) => m.summary);
      const valuesOf = (tag: string): number[] => summaries.map((s) => s.metrics[tag] ?? Number.NaN);
      const values = valuesOf(headline.tag);
      const bests = summaries.flatMap((s) => s.bests[headline.tag]?.value ?? []).map((best) => sign * best);
      const testError = valuesOf(`${headline.tag}-standard-error`)[0]!;
      const tags = Object.keys(summaries[0]!.metrics);
      const each = <T>(of: (tag: string) => T) => Object.fromEntries(tags.map((tag) => [tag, of(tag)]));
      const logs = (tag: string): number[] => valuesOf(tag).map(Math.log);
      return {
        group,
        estimator: formatEstimator(config.estimator),
        varied,
        seeds: members.map((m) => m.run.config.seed),
        values,
        value: mean(values),
        standardError: values.length > 1 ? errorOf(values) : testError,
        errorFrom: values.length > 1 ? ("seeds" as const) : ("test set" as const),
        testError,
        best: bests.length > 0 ? sign * Math.max(...bests) : Number.NaN,
        metrics: each((tag) => (logarithmic.includes(tag) ? Math.exp(mean(logs(tag))) : mean(valuesOf(tag)))),
        errors: each((tag) =>
          logarithmic.includes(tag) ? Math.expm1(errorOf(logs(tag))) : errorOf(valuesOf(tag)),
        ),
        // A run that was resumed at its end has no time of its own.
        msPerStep: mean(summaries.map((s) => s.msPerStep).filter(Number.isFinite)),
      };
    })
    .sort((a, b) => rank(sign * b.value) - rank(sign * a.value));
}

/** What is not a number comes last. */
const rank = (value: number): number => (Number.isFinite(value) ? value : -Number.MAX_VALUE);

function grouped(ended: readonly Ended[]): Map<string, Ended[]> {
  const groups = new Map<string, Ended[]>();
  for (const one of ended) {
    const members = groups.get(one.run.group);
    if (members) members.push(one);
    else groups.set(one.run.group, [one]);
  }
  return groups;
}
