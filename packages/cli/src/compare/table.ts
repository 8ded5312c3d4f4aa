import type { Experiment } from "@hardgrad/experiments";
import { short } from "../print/console.ts";
import { formatMetric, formatWithError } from "../print/metric.ts";
import type { Result } from "./results.ts";

/** The table of a comparison as text: for the terminal and for the report. */
export function tableOf(
  experiment: Experiment,
  results: readonly Result[],
): { head: readonly string[]; rows: readonly (readonly string[])[] } {
  const { headline, metrics } = experiment;
  return {
    head: ["estimator", headline.title, "best", ...metrics.map((m) => m.title), "ms/step", "seeds"],
    rows: results.map((r) => [
      r.estimator,
      formatWithError(headline.unit, r.value, r.standardError),
      formatMetric(headline.unit, r.best),
      ...metrics.map((m) => formatMetric(m.unit, r.metrics[m.tag] ?? Number.NaN)),
      short(r.msPerStep),
      String(r.seeds.length),
    ]),
  };
}
