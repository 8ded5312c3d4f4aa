import type { Experiment, Metric } from "@hardgrad/experiments";
import { short } from "../print/console.ts";
import { formatMetric, formatWithError } from "../print/metric.ts";
import type { Result } from "./results.ts";
import type { Reported } from "./spec.ts";

/** The metrics besides the headline that a report shows: those asked for, in their order, else all that a run measured. */
export function shownMetrics(
  { metrics, headline }: Experiment,
  results: readonly Result[],
  { metrics: tags }: Reported = {},
): readonly Metric[] {
  if (!tags) return metrics.filter(({ tag }) => results.some((r) => Number.isFinite(r.metrics[tag])));
  return tags.filter((tag) => tag !== headline.tag).map((tag) => metrics.find((m) => m.tag === tag)!);
}

/** The table of a comparison as text: for the terminal and for the report. */
export function tableOf(
  experiment: Experiment,
  results: readonly Result[],
  reported?: Reported,
): { head: readonly string[]; rows: readonly (readonly string[])[] } {
  const { headline } = experiment;
  const metrics = shownMetrics(experiment, results, reported);
  const first = results.every((r) => Object.keys(r.varied).length === 0) ? "estimator" : "runs";
  return {
    head: [first, headline.title, "best", ...metrics.map((m) => m.title), "ms/step", "seeds"],
    rows: results.map((r) => [
      r.group,
      formatWithError(headline.unit, r.value, r.standardError),
      formatMetric(headline.unit, r.best),
      ...metrics.map((m) => formatMetric(m.unit, r.metrics[m.tag] ?? Number.NaN)),
      short(r.msPerStep),
      String(r.seeds.length),
    ]),
  };
}

/** All numbers of the table as CSV: a column for each flag that differs, and for each tag its mean and standard error. */
export function resultsCsv(results: readonly Result[]): string {
  const flags = [...new Set(results.flatMap((r) => Object.keys(r.varied)))];
  const tags = [...new Set(results.flatMap((r) => Object.keys(r.metrics)))];
  const head = [
    "estimator",
    ...flags,
    "seeds",
    ...tags.flatMap((tag) => [tag, `${tag} standard error`]),
    "ms per step",
  ];
  const rows = results.map((r) => [
    r.estimator,
    ...flags.map((flag) => r.varied[flag] ?? ""),
    r.seeds.join(" "),
    ...tags.flatMap((tag) => [number(r.metrics[tag]), number(r.errors[tag])]),
    number(r.msPerStep),
  ]);
  return [head, ...rows].map((cells) => `${cells.map(cell).join(",")}\n`).join("");
}

/** What is not a number is an empty cell. */
const number = (value: number | undefined): string => (Number.isFinite(value) ? String(value) : "");

/** As RFC 4180 has it. */
function cell(value: unknown): string {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
