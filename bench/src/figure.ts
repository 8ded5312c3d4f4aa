import { lineChart } from "@hardgrad/cli/internal/figures/chart";
import { colours, plotSvg, stack } from "@hardgrad/cli/internal/figures/draw";
import { escapeXml } from "@hardgrad/cli/internal/figures/escape";
import type { Figure } from "@hardgrad/cli/internal/figures/figure";
import * as Plot from "@observablehq/plot";
import type { BenchResults } from "./results.ts";

const WIDTH = 820;

/** Every contestant's speed on every row, over that of the row's first peer that ran; the ranges are quartiles. */
export function raceFigure({ race }: Pick<BenchResults, "race">): Figure {
  const rows = race.flatMap((row) => {
    const base = row.contestants.find((c) => !c.ours && c.status === "done");
    return row.contestants.flatMap((c) => {
      const speed = c === base ? { median: 1, low: 1, high: 1 } : base && c.speed?.[base.id];
      return base && speed ? [{ row: row.id, contestant: c.title, ...speed, than: base.title }] : [];
    });
  });
  const works = [...new Set(rows.map((r) => r.row))];
  const names = [...new Set(rows.map((r) => r.contestant))];
  const height = 100 + 40 * works.length;
  const range = colours.slice(0, names.length);
  const chart = plotSvg({
    width: WIDTH,
    height,
    marginTop: 40,
    marginLeft: 130,
    marginRight: 30,
    marginBottom: 44,
    style: { background: "transparent", fontSize: "12px" },
    x: {
      type: "log",
      label: `times as fast as ${rows[0]?.than ?? ""}`,
      grid: true,
      ticks: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      tickFormat: "~g",
    },
    y: { label: null, domain: works, type: "band" },
    color: { domain: names, range },
    marks: [
      Plot.ruleX([1], { stroke: "#888" }),
      Plot.ruleY(rows, {
        x1: "low",
        x2: "high",
        y: "row",
        stroke: "contestant",
        strokeWidth: 5,
        strokeOpacity: 0.4,
      }),
      Plot.dot(rows, { x: "median", y: "row", fill: "contestant", r: 5 }),
    ],
  });
  const svg = chart.replace(/<\/svg>$/, `${key(names, range)}</svg>`);
  return { svg: stack([svg], { width: WIDTH, height, title: "The same work, side by side" }), rows };
}

/** Coloured names in a line at the top. */
function key(names: readonly string[], range: readonly string[]): string {
  let x = 130;
  const items = names.map((name, i) => {
    const dot = `<circle cx="${x}" cy="14" r="5" fill="${range[i]}"/>`;
    const text = `<text x="${x + 10}" y="18" font-size="12" text-anchor="start" fill="#222">${escapeXml(name)}</text>`;
    x += 34 + 6.4 * name.length;
    return dot + text;
  });
  return items.join("");
}

/** Step time against parameters and against the batch, both axes logarithmic. */
export function scalingFigure({ scaling }: Pick<BenchResults, "scaling">): Figure {
  const rows = scaling.flatMap(({ device, along, points }) =>
    points.map(({ x, milliseconds }) => ({ along, device, x, milliseconds })),
  );
  const panel = (along: string, x: string): string =>
    lineChart(
      rows.filter((r) => r.along === along).map((r) => ({ x: r.x, y: r.milliseconds, series: r.device })),
      { x, y: "ms per step", logarithmic: true, logarithmicX: true, width: WIDTH },
    );
  const panels = [panel("parameters", "parameters (batch 100)"), panel("batch", "batch (79,510 parameters)")];
  const layout = { width: WIDTH, height: 340, title: "Cost of a step of the classifier" };
  return { svg: stack(panels, layout), rows };
}
