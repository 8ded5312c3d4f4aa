import * as Plot from "@observablehq/plot";
import { colours, plotSvg } from "./draw.ts";

/** A point of a curve; `low` and `high` are the ends of an error band. */
export interface ChartRow {
  readonly x: number;
  readonly y: number;
  readonly series: string;
  readonly low?: number;
  readonly high?: number;
}

/** Curves labelled at their ends, with bands of one standard error where there are any. */
export function lineChart(
  rows: readonly ChartRow[],
  options: {
    x: string;
    y: string;
    logarithmic?: boolean;
    logarithmicX?: boolean;
    percent?: boolean;
    width?: number;
    height?: number;
    /** Names of the curves at their ends (default), or none: then a legend stands beside the chart. */
    labelled?: boolean;
  },
): string {
  const series = [...new Set(rows.map((r) => r.series))];
  const finite = rows.filter((r) => Number.isFinite(r.y) && (!options.logarithmic || r.y > 0));
  const data = finite.map((r) => ({ ...r }));
  const band = data.filter((r) => r.low !== undefined && r.high !== undefined && r.high > r.low);
  const { width = 720, height = 340, labelled = true } = options;
  const last = series
    .map((name) => data.filter((r) => r.series === name).at(-1))
    .filter((r) => r !== undefined);
  return plotSvg({
    ...frame(series, { width, height, labelled }),
    x: {
      label: options.x,
      labelOffset: 38,
      grid: false,
      ...(options.logarithmicX ? { type: "log" as const, tickFormat: "~s" } : wholeTicks(finite)),
    },
    y: {
      label: options.y,
      grid: true,
      ...(options.logarithmic ? { type: "log" as const, ticks: 6, tickFormat: "~g" } : {}),
      ...(options.percent ? { percent: true } : {}),
    },
    color: { domain: series, range: [...colours] },
    marks: [
      Plot.areaY(band, { x: "x", z: "series", y1: "low", y2: "high", fill: "series", fillOpacity: 0.15 }),
      Plot.lineY(data, { x: "x", y: "y", z: "series", stroke: "series", strokeWidth: 2 }),
      Plot.dot(last, { x: "x", y: "y", fill: "series", r: 3 }),
      ...(labelled ? [Plot.text(last, labels)] : []),
    ],
  });
}

/** Size and margins of a chart: at the right there is room for the names of its series, where they are shown. */
export function frame(
  series: readonly string[],
  { width, height, labelled }: { width: number; height: number; labelled: boolean },
): Plot.PlotOptions {
  const longest = Math.max(...series.map((name) => name.length));
  return {
    width,
    height,
    marginRight: labelled ? Math.min(width / 2, Math.max(190, 7 * longest + 12)) : 16,
    marginLeft: 60,
    marginTop: 34,
    marginBottom: 46,
    style: { background: "transparent", fontSize: "12px" },
  };
}

/** Few whole numbers, such as epochs, each get a tick: there is no epoch 1.5. */
function wholeTicks(rows: readonly ChartRow[]): Plot.ScaleOptions {
  const whole = [...new Set(rows.map((r) => r.x))].sort((a, b) => a - b);
  const [low, high] = [whole[0], whole.at(-1)];
  if (low === undefined || high === undefined || high - low > 12 || !whole.every(Number.isInteger)) return {};
  return { ticks: Array.from({ length: high - low + 1 }, (_, i) => low + i), tickFormat: String };
}

/** Labels beside the last points, moved down in pixels so that none covers another. */
export const labels = {
  x: "x",
  y: "y",
  text: "series",
  fill: "series",
  textAnchor: "start",
  dx: 8,
  initializer: (
    data: unknown,
    facets: Iterable<Iterable<number>>,
    channels: { y: { value: ArrayLike<number>; scale?: string } },
    scales: { y: (v: number) => number },
  ) => {
    const y = Array.from(channels.y.value, (v) => (channels.y.scale ? scales.y(v) : Number(v)));
    let above = Number.NEGATIVE_INFINITY;
    for (const i of Array.from(facets, (f) => [...f])
      .flat()
      .sort((a, b) => y[a]! - y[b]!)) {
      y[i] = Math.max(y[i]!, above + 14);
      above = y[i]!;
    }
    return { data, facets, channels: { y: { value: y, scale: null } } };
  },
} as unknown as Plot.TextOptions;
