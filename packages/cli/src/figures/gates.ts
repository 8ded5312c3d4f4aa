import type { MetricRow } from "@hardgrad/experiments";
import * as Plot from "@observablehq/plot";
import { lineChart } from "./chart.ts";
import { plotSvg, stack } from "./draw.ts";
import type { Figure } from "./figure.ts";

/** More gates are drawn as means of neighbours. */
const MOST_COLUMNS = 250;
const WIDTH = 820;
const HEIGHT = 340;

/** One number of a panel. */
type Row = { panel: string; x: number; series: string; value: number };

/** How often gates open. */
export interface GateShares {
  /** Share of each class's images for which each gate is open, `[classes][gates]`. */
  readonly shares: readonly (readonly number[])[];
  /** Units that a gate opens. */
  readonly block: number;
}

/**
 * A gated run in two panels: which gates open for which class, and the rate over training.
 */
export function gatesFigure(
  { shares, block }: GateShares,
  metrics: readonly MetricRow[],
  names: readonly string[],
): Figure {
  const order = orderOf(shares);
  const rates = rateRows(metrics, names);
  const opens = order.flatMap((gate, x) =>
    names.map((series, c): Row => ({ panel: "opens", x, series, value: shares[c]![gate]! })),
  );
  const title = `${shares[0]!.length} gates of ${block === 1 ? "1 unit" : `${block} units`}, ${percentOf(shares)} % open (mean over the classes)`;
  const panels = [opensPanel(shares, order, names), ratePanel(rates)];
  return {
    svg: stack(panels, { width: WIDTH, height: HEIGHT, title }),
    rows: [...opens, ...rates],
  };
}

/** Gates by the class that opens them most, those that are open most first; dead ones come last. */
function orderOf(shares: readonly (readonly number[])[]): number[] {
  const most = shares[0]!.map((_, g) => {
    const column = shares.map((row) => row[g]!);
    const value = Math.max(...column);
    return { g, value, owner: value === 0 ? shares.length : column.indexOf(value) };
  });
  return most.sort((a, b) => a.owner - b.owner || b.value - a.value || a.g - b.g).map(({ g }) => g);
}

const percentOf = (shares: readonly (readonly number[])[]): string => {
  const all = shares.flat();
  return ((100 * all.reduce((a, b) => a + b, 0)) / all.length).toFixed(1);
};

function opensPanel(
  shares: readonly (readonly number[])[],
  order: readonly number[],
  names: readonly string[],
): string {
  const width = Math.ceil(order.length / MOST_COLUMNS);
  const columns = Math.ceil(order.length / width);
  const cells = shares.flatMap((row, c) =>
    Array.from({ length: columns }, (_, x) => {
      const gates = order.slice(x * width, (x + 1) * width);
      return { x: x * width, end: x * width + gates.length, y: names[c]!, value: gates.reduce((sum, g) => sum + row[g]!, 0) / gates.length }; // biome-ignore format: one thought
    }),
  );
  const dead = order.filter((g) => shares.every((row) => row[g] === 0)).length;
  return plotSvg({
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 60,
    marginTop: 40,
    marginBottom: 48,
    style: { background: "transparent", fontSize: "12px" },
    x: {
      labelOffset: 38,
      label: `gate, by the class that opens it most${dead > 0 ? ` (the last ${dead} never open)` : ""}`,
    },
    y: { type: "band", domain: [...names], label: null },
    color: { scheme: "Blues", domain: [0, 1], legend: false },
    marks: [
      Plot.text(["share of a class's images that open the gate: empty 0, full blue 1"], {
        frameAnchor: "top-left",
        dy: -26,
      }),
      Plot.rect(cells, { x1: "x", x2: "end", y: "y", fill: "value", z: null } as Plot.RectOptions),
    ],
  });
}

/** The measured rate at each epoch's end: of all classes, and of those with the lowest and the highest at the end. */
function rateRows(metrics: readonly MetricRow[], names: readonly string[]): Row[] {
  const measured = metrics.filter((row) => "gate/rate" in row.values);
  const series = [["all classes", "gate/rate"], ...names.map((name, c) => [name, `gate/rate-${c}`])];
  return series.flatMap(([name, tag]) =>
    measured.flatMap((row) => {
      const value = row.values[tag!];
      return value === undefined ? [] : [{ panel: "rate", x: row.epoch, series: name!, value }];
    }),
  );
}

function ratePanel(rows: readonly Row[]): string {
  const last = new Map(rows.map((r) => [r.series, r.value]));
  const byRate = [...last.keys()]
    .filter((s) => s !== "all classes")
    .sort((a, b) => last.get(a)! - last.get(b)!);
  const shown = new Set(["all classes", byRate[0], byRate.at(-1)]);
  return lineChart(
    rows
      .filter((r) => shown.has(r.series))
      .map((r) => ({ x: r.x, y: r.value, series: seriesName(r.series, byRate) })),
    { x: "epoch", y: "open gates (%), test images", percent: true, width: WIDTH, height: HEIGHT },
  );
}

function seriesName(series: string, byRate: readonly string[]): string {
  if (series === byRate[0]) return `${series}: the fewest`;
  return series === byRate.at(-1) ? `${series}: the most` : series;
}
