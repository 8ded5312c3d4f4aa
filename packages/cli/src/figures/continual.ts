import type { MetricRow } from "@hardgrad/experiments";
import * as Plot from "@observablehq/plot";
import { UsageError } from "../ask/errors.ts";
import { labels } from "./chart.ts";
import { colours, plotSvg, stack } from "./draw.ts";
import type { Figure } from "./figure.ts";

const WIDTH = 360;
const HEIGHT = 250;

/** One number of a panel: a cell of a matrix, a point of a curve, a bar. */
type Row = { panel: string; learner: string; x: number; y: number; task: number; value: number };

/**
 * A run of tasks in panels: the forgetting curves of every learner side by side, its accuracy matrix, and what tasks share.
 * Drawn from the run's metrics alone.
 */
export function continualFigure(rows: readonly MetricRow[], method: string): Figure {
  const learners = learnersOf(rows, method);
  if (learners.length === 0)
    throw new UsageError("this run has not measured a task yet; train it for at least one epoch.");
  const data: Row[] = [];
  const panels: string[] = [];
  const low = Math.min(...learners.flatMap(({ prefix }) => curves(rows, prefix).map((r) => r.value)), 0.9);
  for (const { name, prefix } of learners) {
    const points = curves(rows, prefix).map((r) => ({ ...r, panel: "curve", learner: name }));
    data.push(...points);
    panels.push(curvePanel(`${name}: accuracy of each task`, points, low));
  }
  for (const { name, prefix } of learners) {
    const cells = matrix(rows, `${prefix}matrix/`).map((r) => ({ ...r, panel: "matrix", learner: name }));
    data.push(...cells);
    if (cells.length > 0)
      panels.push(
        matrixPanel(`${name}: accuracy after each task`, cells, "task asked", "tasks learned", [low, 1]),
      );
  }
  for (const { name, prefix } of learners) {
    const units = matrix(rows, `${prefix}shared/units-`);
    // Where all tasks use all units, their weights are what they share or not.
    const all = units.every((r) => r.value === 1);
    const cells = all ? matrix(rows, `${prefix}shared/weights-`) : units;
    data.push(...cells.map((r) => ({ ...r, panel: all ? "shared weights" : "shared units", learner: name })));
    if (cells.length > 0)
      panels.push(
        matrixPanel(
          `${name}: share of a task's ${all ? "weights" : "units"} in use by another`,
          cells,
          "of this task",
          "used by this one",
          [0, 1],
        ),
      );
  }
  const times = timesOf(rows).map((r) => ({ ...r, panel: "time", learner: method }));
  data.push(...times);
  if (times.length > 0) panels.push(timePanel(`${method}: microseconds per image of each task`, times));
  const svg = stack(panels, {
    width: WIDTH,
    height: HEIGHT,
    columns: learners.length,
    title: "Tasks one after another",
  });
  return { svg, rows: data };
}

/** Companions first, as they are run; the method itself last. */
function learnersOf(rows: readonly MetricRow[], method: string): { name: string; prefix: string }[] {
  const tags = new Set(rows.flatMap((r) => Object.keys(r.values)));
  return [
    { name: "finetune", prefix: "finetune/" },
    { name: "naive", prefix: "naive/" },
    { name: method, prefix: "" },
  ].filter(({ prefix }) => tags.has(`${prefix}accuracy/task-1`));
}

function curves(rows: readonly MetricRow[], prefix: string): Omit<Row, "panel" | "learner">[] {
  return rows.flatMap((row) =>
    Object.entries(row.values).flatMap(([tag, value]) => {
      const task = tag.startsWith(`${prefix}accuracy/task-`)
        ? Number(tag.slice(prefix.length + 14))
        : Number.NaN;
      return Number.isInteger(task) ? [{ x: row.epoch, y: value, task, value }] : [];
    }),
  );
}

function matrix(rows: readonly MetricRow[], start: string): Omit<Row, "panel" | "learner">[] {
  const newest = new Map<string, number>();
  for (const row of rows)
    for (const [tag, value] of Object.entries(row.values)) if (tag.startsWith(start)) newest.set(tag, value);
  return [...newest].map(([tag, value]) => {
    const [y, x] = tag.slice(start.length).split("-").map(Number) as [number, number];
    return { x, y, task: x, value };
  });
}

const style = { background: "white", fontSize: "11px", color: "#222" };
const frame = { width: WIDTH, height: HEIGHT, marginTop: 36, marginBottom: 44, marginLeft: 52, style };
const heading = (title: string): Plot.Markish =>
  Plot.text([title], { frameAnchor: "top-left", dy: -24, dx: -40, fontWeight: "600" });

function curvePanel(title: string, points: readonly Row[], low: number): string {
  const tasks = [...new Set(points.map((p) => p.task))];
  const ends = tasks.map((task) => points.filter((p) => p.task === task).at(-1)!);
  return plotSvg({
    ...frame,
    marginRight: 26,
    x: { label: "tasks learned", labelOffset: 36, ticks: tasks.length },
    y: {
      label: null,
      tickFormat: (v: number) => `${v} %`,
      percent: true,
      grid: true,
      domain: [100 * low, 100],
    },
    color: { type: "ordinal", domain: tasks, range: tasks.map((_, i) => colours[i % colours.length]!) },
    marks: [
      heading(title),
      Plot.lineY([...points], { x: "x", y: "y", z: "task", stroke: "task", strokeWidth: 1.6 }),
      Plot.text(ends, {
        ...labels,
        text: (d: Row) => `${d.task}`,
        z: "task",
        fill: "task",
      } as Plot.TextOptions),
    ],
  });
}

/** Microseconds per image by task: `x` is 1 for the task's own units, 0 for the whole network; `y` the share of weights read. */
function timesOf(rows: readonly MetricRow[]): Omit<Row, "panel" | "learner">[] {
  const last: { [tag: string]: number } = Object.assign({}, ...rows.map((r) => r.values));
  return Object.entries(last).flatMap(([tag, ms]) => {
    const [, part, number] = /^time\/(task|whole)-(\d+)$/.exec(tag) ?? [];
    if (!part) return [];
    const own = part === "task";
    const y = own ? (last[`active/weights-${number}`] ?? 1) : 1;
    return [{ x: own ? 1 : 0, y, task: Number(number), value: 1000 * ms }];
  });
}

function timePanel(title: string, bars: readonly Row[]): string {
  const wide = bars.filter((b) => b.x === 0);
  const own = bars.filter((b) => b.x === 1);
  return plotSvg({
    ...frame,
    marginRight: 10,
    x: { label: "task (share of the weights that it reads)", labelOffset: 36, type: "band", tickSize: 0 },
    // Room above the highest bar for the legend.
    y: { label: null, grid: true, domain: [0, 1.15 * Math.max(...bars.map((b) => b.value))] },
    marks: [
      heading(title),
      Plot.barY(wide, { x: "task", y: "value", fill: "#d8e3ee", insetLeft: 2, insetRight: 2 }),
      Plot.barY(own, { x: "task", y: "value", fill: "#0072b2", insetLeft: 8, insetRight: 8 }),
      Plot.text(own, {
        x: "task",
        y: "value",
        text: (d: Row) => `${(100 * d.y).toFixed(0)} %`,
        dy: -7,
        fill: "#222",
      }),
      Plot.text(["pale: the whole network; strong: the task's own units"], {
        frameAnchor: "top-left",
        dy: -9,
        dx: -40,
        fill: "#555",
      }),
      Plot.ruleY([0]),
    ],
  });
}

function matrixPanel(
  title: string,
  cells: readonly Omit<Row, "panel" | "learner">[],
  x: string,
  y: string,
  domain: [number, number],
): string {
  const percent = (value: number): string => (100 * value).toFixed(value >= 0.9995 ? 0 : 1);
  const few = cells.length <= 30;
  return plotSvg({
    ...frame,
    marginRight: 10,
    x: { label: x, labelOffset: 36, type: "band", tickSize: 0 },
    y: { label: y, type: "band", tickSize: 0 },
    color: { scheme: "Blues", domain },
    marks: [
      heading(title),
      Plot.cell([...cells], { x: "x", y: "y", fill: "value", inset: 0.5 }),
      ...(few
        ? [
            Plot.text([...cells], {
              x: "x",
              y: "y",
              text: (d: Row) => percent(d.value),
              fill: (d: Row) => (d.value > (domain[0] + 2 * domain[1]) / 3 ? "white" : "#222"),
              fontSize: 10,
            }),
          ]
        : []),
    ],
  });
}
