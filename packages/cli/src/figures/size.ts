import * as Plot from "@observablehq/plot";
import { frame, labels } from "./chart.ts";
import { colours, plotSvg } from "./draw.ts";

/** A line of a comparison: how large it is and how good, with standard errors (NaN: not known). */
export interface SizeRow {
  readonly series: string;
  readonly x: number;
  readonly y: number;
  readonly error: number;
}

/** Points with bars of one standard error, labelled. The size is on a logarithmic axis where it spans more than twofold. */
export function sizeChart(
  rows: readonly SizeRow[],
  options: { x: string; y: string; percent: boolean; width?: number; height?: number; labelled?: boolean },
): string {
  const { x, y, percent, width = 720, height = 340, labelled = true } = options;
  const sizes = rows.map((row) => row.x);
  const wide = Math.min(...sizes) > 0 && Math.max(...sizes) > 2 * Math.min(...sizes);
  const data = rows.map((row) => ({ ...row }));
  const bars = data.filter((row) => row.error > 0);
  const series = rows.map((row) => row.series);
  return plotSvg({
    ...frame(series, { width, height, labelled }),
    x: {
      label: x,
      labelOffset: 38,
      ...(wide ? { type: "log" as const, ticks: 6, tickFormat: "~s" } : { nice: true, ticks: 6 }),
    },
    y: { label: y, grid: true, nice: true, ...(percent ? { percent: true } : {}) },
    color: { domain: series, range: [...colours] },
    marks: [
      Plot.ruleX(bars, {
        x: "x",
        y1: (row: SizeRow) => row.y - row.error,
        y2: (row: SizeRow) => row.y + row.error,
        stroke: "series",
      }),
      Plot.dot(data, { x: "x", y: "y", fill: "series", r: 4 }),
      ...(labelled ? [Plot.text(data, labels)] : []),
    ],
  });
}
