import type { RunConfig, Summary } from "@hardgrad/experiments";
import { type Estimator, findEstimator } from "hardgrad";
import { percent } from "../console.ts";
import { formatEstimator } from "../estimator-spec.ts";

/** One line of the table: an estimator over its seeds. */
export interface Result {
  readonly estimator: string;
  readonly seeds: readonly number[];
  readonly accuracy: number;
  /** Of the mean over seeds; with one seed, of the test set as a sample: sqrt(p (1 - p) / n). */
  readonly standardError: number;
  readonly errorFrom: "seeds" | "test set";
  readonly best: number;
  /** Geometric mean over seeds. */
  readonly gradientVariance: number;
  readonly msPerStep: number;
  readonly trainLoss: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Groups finished runs by estimator, best first. */
export function resultsOf(
  runs: readonly { config: RunConfig; summary: Summary }[],
  testCount: number,
): readonly Result[] {
  const groups = group(runs, (r) => formatEstimator(r.config.estimator));
  return [...groups]
    .map(([estimator, members]) => {
      const accuracies = members.map((m) => m.summary.testAccuracy);
      const accuracy = mean(accuracies);
      const n = accuracies.length;
      const spread = accuracies.reduce((s, a) => s + (a - accuracy) ** 2, 0);
      return {
        estimator,
        seeds: members.map((m) => m.config.seed),
        accuracy,
        standardError:
          n > 1 ? Math.sqrt(spread / (n - 1) / n) : Math.sqrt((accuracy * (1 - accuracy)) / testCount),
        errorFrom: n > 1 ? ("seeds" as const) : ("test set" as const),
        best: Math.max(...members.map((m) => m.summary.bestTestAccuracy)),
        gradientVariance: Math.exp(mean(members.map((m) => Math.log(m.summary.gradientVariance)))),
        msPerStep: mean(members.map((m) => m.summary.msPerStep)),
        trainLoss: mean(members.map((m) => m.summary.trainLoss)),
      };
    })
    .sort((a, b) => b.accuracy - a.accuracy);
}

function group<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** Which one wins, and what its traits say of why. */
export function verdict(results: readonly Result[]): string {
  const [first, second] = results;
  if (!first || !second) return "";
  const last = results.at(-1)!;
  const gap = first.accuracy - second.accuracy;
  const error = Math.hypot(first.standardError, second.standardError);
  const close = gap < 2 * error;
  const head = close
    ? `${first.estimator} leads with ${percent(first.accuracy, 1)}, within two standard errors of ${second.estimator} (${percent(second.accuracy, 1)})`
    : `${first.estimator} wins with ${percent(first.accuracy, 1)}, ${percent(gap, 1)} ahead of ${second.estimator}`;
  return `${head}: ${why(first)}. Last is ${last.estimator} with ${percent(last.accuracy, 1)}: ${why(last)}.`;
}

function why(result: Result): string {
  const entry = findEstimator(result.estimator.split(":")[0]!);
  if (!entry) return "";
  const e: Estimator = entry.create();
  const bias = e.unbiased
    ? "its gradient is unbiased"
    : `its gradient is biased (exact for ${e.exactDegree === 0 ? "constants only" : `degree ${e.exactDegree}`})`;
  return `${bias}, with variance ${result.gradientVariance.toPrecision(2)} at the end`;
}
