import * as Plot from "@observablehq/plot";
import type { AuditReport } from "hardgrad";
import type { Labelled } from "../print/audit.ts";
import { colours, plotSvg, stack } from "./draw.ts";
import { escapeXml } from "./escape.ts";

const WIDTH = 720;
/** Room for the labels, a column right of the points. */
const LABELS = 260;
const LINE = 14;
const TOP = 34;
const BOTTOM = 56;

interface Point {
  readonly label: string;
  readonly unbiased: boolean;
  readonly hollow: boolean;
  readonly x: number;
  readonly y: number;
}

interface Axes {
  readonly x: string;
  readonly y: string;
}

/** Bias against variance, and error against cost, of an audit. */
export function auditFigure(report: AuditReport, rows: readonly Labelled[], title: string): string {
  const size = Math.max(Math.hypot(...report.gradient), 1e-12);
  const height = TOP + BOTTOM + Math.max(240, LINE * rows.length);
  const pointsOf = (at: (row: Labelled) => { x: number; y: number; hollow?: boolean }): readonly Point[] => {
    const points = rows.map((row) => ({
      label: row.label,
      unbiased: row.unbiased,
      hollow: false,
      ...at(row),
    }));
    const [x, y] = [floorOf(points.map((p) => p.x)), floorOf(points.map((p) => p.y))];
    return points.map((p) => ({
      ...p,
      label: p.x < x || p.y < y ? `${p.label} (zero)` : p.label,
      x: Math.max(x, p.x),
      y: Math.max(y, p.y),
    }));
  };
  // What lies below its own noise is drawn at the noise, hollow.
  const bias = pointsOf((r) => ({
    x: Math.sqrt(r.variance) / size,
    y: Math.max(r.relativeBias, r.relativeNoise),
    hollow: r.verdict !== "biased",
  }));
  const error = pointsOf((r) => ({ x: r.evaluations, y: Math.sqrt(r.mse) / size }));
  return stack(
    [
      panel(bias, height, {
        x: "standard deviation of one estimate / length of the gradient",
        y: "bias / length of the gradient (hollow: within its noise)",
      }),
      panel(error, height, {
        x: "evaluations of f per estimate",
        y: "error of one estimate / length of the gradient",
      }),
    ],
    { width: WIDTH, height, title: `Audit: ${title}` },
  );
}

/** Where what is zero is drawn on a logarithmic axis: below all others. */
function floorOf(values: readonly number[]): number {
  const seen = values.filter((v) => v > 1e-6);
  return seen.length === 0 ? 1e-4 : Math.min(...seen) / 2;
}

function panel(points: readonly Point[], height: number, axes: Axes): string {
  const scale = { type: "log", grid: true, tickFormat: "~g", ticks: 5, labelArrow: "none" } as const;
  return plotSvg({
    width: WIDTH,
    height,
    marginLeft: 64,
    marginRight: LABELS,
    marginTop: TOP,
    marginBottom: BOTTOM,
    style: { background: "transparent", fontSize: "12px" },
    x: { ...scale, label: axes.x, labelAnchor: "center" },
    y: { ...scale, label: axes.y },
    marks: [
      labels(points),
      Plot.dot(points, {
        x: "x",
        y: "y",
        stroke: colourOf,
        fill: (p: Point) => (p.hollow ? "white" : colourOf(p)),
        r: 4.5,
      }),
    ],
  });
}

const colourOf = ({ unbiased }: Point): string => colours[unbiased ? 0 : 1]!;

/** A column of labels in the order of their points, each with a line to its point. */
function labels(points: readonly Point[]): Plot.RenderFunction {
  return (_index, { x, y }, _values, { width, height, marginRight }, { document }) => {
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    group.setAttribute("text-anchor", "start");
    const left = width - marginRight + 34;
    const places = points.map((p) => ({ ...p, at: [x!(p.x), y!(p.y)] as [number, number] }));
    places.sort((a, b) => a.at[1] - b.at[1]);
    const lines = spread(
      places.map((p) => p.at[1]),
      TOP + LINE / 2,
      height - BOTTOM,
    );
    const heads = [
      `<text x="${left}" y="${TOP - 18}" fill="${colours[0]}" font-weight="600">unbiased</text>`,
      `<text x="${left + 68}" y="${TOP - 18}" fill="${colours[1]}" font-weight="600">biased</text>`,
    ];
    group.innerHTML = [
      ...heads,
      ...places.map(({ at, ...p }, i) => {
        const line = lines[i]!;
        const path = `M${at[0]},${at[1]}L${left - 14},${line}H${left - 4}`;
        return `<path d="${path}" fill="none" stroke="#888" stroke-opacity="0.45"></path><text x="${left}" y="${line + 4}" fill="${colourOf(p)}">${escapeXml(p.label)}</text>`;
      }),
    ].join("");
    return group;
  };
}

/** Sorted heights, moved so that each has a line of its own between top and bottom. */
function spread(heights: readonly number[], top: number, bottom: number): number[] {
  const lines: number[] = [];
  for (const h of heights) lines.push(Math.max(h, top, (lines.at(-1) ?? Number.NEGATIVE_INFINITY) + LINE));
  for (let i = lines.length - 1, most = bottom; i >= 0; i--, most = lines[i + 1]! - LINE)
    lines[i] = Math.min(lines[i]!, most);
  return lines;
}
