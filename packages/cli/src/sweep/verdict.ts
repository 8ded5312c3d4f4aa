import { type Metric, makeEstimator } from "@hardgrad/experiments";
import { parseEstimator } from "../ask/estimator.ts";
import { formatGap, formatMetric } from "../print/metric.ts";
import type { Result } from "./results.ts";

/** Two-sided 95 % quantiles of Student's t for 1, 2, ... degrees of freedom; beyond them that of 30 is used. */
const QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** What can be said of two estimators that were trained with the same seeds. */
export interface Decision {
  /** Mean over the seeds of the first's value less the second's, and its standard error (NaN with one seed). */
  readonly difference: number;
  readonly error: number;
  /** Whether the difference is more than the seeds, and the test set, explain. */
  readonly decided: boolean;
}

/**
 * Whether two estimators differ: by the paired difference over their seeds, at 95 % by Student's t. One seed decides
 * nothing, and neither does a value that is not a number. Where all seeds differ by the same, which small test sets make
 * happen, the difference has to be beyond two standard errors of the test set as a sample.
 */
export function decide(a: Result, b: Result): Decision {
  const pairs = a.seeds.flatMap((seed, i) => {
    const j = b.seeds.indexOf(seed);
    return j < 0 ? [] : [a.values[i]! - b.values[j]!];
  });
  const n = pairs.length;
  const difference = pairs.reduce((sum, d) => sum + d, 0) / n;
  if (n < 2) return { difference, error: Number.NaN, decided: false };
  const error = Math.sqrt(pairs.reduce((sum, d) => sum + (d - difference) ** 2, 0) / (n - 1) / n);
  const size = Math.abs(difference);
  const limit = error * QUANTILES[Math.min(n - 1, QUANTILES.length) - 1]!;
  const sample = 2 * Math.hypot(a.testError || 0, b.testError || 0);
  return { difference, error, decided: size > limit && (error > size * 1e-6 || size > sample) };
}

/** Which estimator is ahead, so far as the runs decide it, and what its traits say of why. `results` are best first. */
export function verdict({ unit, title }: Pick<Metric, "unit" | "title">, results: readonly Result[]): string {
  const finite = results.filter((r) => Number.isFinite(r.value));
  const [first, ...others] = finite;
  if (results.length < 2) return "";
  const lost = results.filter((r) => !Number.isFinite(r.value)).map((r) => r.group);
  const failed =
    lost.length > 0 ? ` Not counted, since the ${title} is not a number: ${lost.join(", ")}.` : "";
  if (!first) return `No verdict: the ${title} of every estimator is not a number.`;
  const text = ({ group, value }: Result): string => `${group} (${formatMetric(unit, value)})`;
  if (others.length === 0) return `No verdict: only ${text(first)} has a ${title} that is a number.${failed}`;
  if (first.seeds.length < 2)
    return `Undecided: one seed can't tell estimators apart; use --seeds 3 or more.${failed}`;
  const decisions = others.map((other) => ({ other, ...decide(first, other) }));
  const level = decisions.filter((d) => !d.decided);
  const behind = decisions.filter((d) => d.decided).map((d) => d.other);
  const seeds = `${first.seeds.length} seeds`;
  if (level.length === 0) {
    const { other, difference, error } = decisions[0]!;
    const ahead = `${formatGap(unit, difference, error)} ahead of ${other.group} over ${seeds}`;
    const rest = behind.slice(1).map(text);
    const further = rest.length > 0 ? ` Behind as well: ${listed(rest)}.` : "";
    return `${first.group} wins with ${formatMetric(unit, first.value)}, ${ahead}: ${why(first)}.${further}${failed}`;
  }
  const nearest = level[0]!;
  const gap = `${formatGap(unit, nearest.difference, nearest.error)} between ${first.group} and ${nearest.other.group}`;
  const equal = level.every((d) => d.difference === 0);
  const head = equal
    ? `A tie of ${listed([first, ...level.map((d) => d.other)].map(text))}: equal over ${seeds}.`
    : `Undecided between ${listed([first, ...level.map((d) => d.other)].map(text))}: ${gap}, which ${seeds} do not tell from chance.`;
  const rest = behind.length > 0 ? ` Behind by more than chance: ${listed(behind.map(text))}.` : "";
  return `${head}${rest}${failed}`;
}

function listed(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

function why({ estimator, metrics }: Result): string {
  const e = makeEstimator(parseEstimator(estimator));
  const bias = e.unbiased
    ? "its gradient is unbiased"
    : `its gradient is biased (exact for ${e.exactDegree === 0 ? "constants only" : `degree ${e.exactDegree}`})`;
  const variance = metrics["gradient/variance"];
  return variance === undefined ? bias : `${bias}, with variance ${variance.toPrecision(2)} at the end`;
}
