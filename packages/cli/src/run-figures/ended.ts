import type { Experiment, MetricRow, Picture, RunConfig } from "@hardgrad/experiments";
import { lineChart } from "../figures/chart.ts";
import { continualFigure } from "../figures/continual.ts";
import { pictureSvg } from "../figures/pictures.ts";

/** What is drawn of a run when it ends, as SVG by file name: curves, and what its network does. */
export function endFigures(
  { headline, charts }: Experiment,
  { estimator, settings }: RunConfig,
  rows: readonly MetricRow[],
  pictures: readonly Picture[],
): { readonly [file: string]: string } {
  const curve = (tag: string, percent: boolean): string => {
    const points = rows
      .filter((r) => tag in r.values)
      .map((r) => ({ x: r.epoch, y: r.values[tag]!, series: estimator.id }));
    return lineChart(points, { x: "epoch", y: tag, percent });
  };
  return {
    "loss.svg": curve("loss/train", false),
    [`${headline.tag.replace("/", "-")}.svg`]: curve(headline.tag, headline.unit === "percent"),
    ...(charts?.includes("tasks")
      ? { "continual.svg": continualFigure(rows, String(settings.method)).svg }
      : {}),
    ...Object.fromEntries(pictures.map((picture) => [`${picture.name}.svg`, pictureSvg(picture)])),
  };
}
