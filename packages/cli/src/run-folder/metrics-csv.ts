import type { MetricRow } from "@hardgrad/experiments";

/** The rows of `metrics.jsonl` as one table, as spreadsheets and trackers read it: a column for each tag. */
export function metricsCsv(rows: readonly MetricRow[]): string {
  const tags = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  const lines = rows.map(({ step, epoch, values }) =>
    [step, epoch, ...tags.map((tag) => values[tag] ?? "")].join(),
  );
  return [["step", "epoch", ...tags].join(), ...lines].map((line) => `${line}\n`).join("");
}
