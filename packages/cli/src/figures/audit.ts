import * as Plot from "@observablehq/plot";
import type { AuditReport } from "hardgrad";
import type { Labelled } from "../print/audit.ts";
import { colours, plotSvg, stack } from "./draw.ts";
import { escapeXml } from "./escape.ts";

/** A phone shows the figure at two thirds of its size, where letters of 13 pixels can still be read. */
const FONT = 13;
/** Width of an average letter. */
const LETTER = 0.54 * FONT;
/** From label to label. */
const LINE = 15;
const LEFT = 52;
/** Of the field with the points, at least. */
const PLOT = 250;
/** Letters of the two words above the labels. */
const HEADS = 18;
/** For a long heading, no wider than a phone can show. */
const WIDEST = 640;
/** From a point at the right end to its label. */
const LEAD = 34;
const TOP = 52;
const BOTTOM = 60;

interface Point {
  readonly label: string;
  readonly unbiased: boolean;
  readonly hollow: boolean;
  readonly x: number;
  readonly y: number;
}

/** In pixels; `right`: the margin with the labels. */
interface Size {
  readonly width: number;
  readonly height: number;
  readonly right: number;
}

interface Axes {
  readonly x: string;
  readonly y: string;
}

/** Bias against variance, and error against cost, of an audit. */
export function auditFigure(report: AuditReport, rows: readonly Labelled[], title: string): string {
  const size = Math.max(Math.hypot(...report.gradient), 1e-12);
  const height = TOP + BOTTOM + Math.max(PLOT, LINE * rows.length);
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
  const longest = Math.max(HEADS, ...[...bias, ...error].map((p) => p.label.length));
  const right = Math.ceil(LEAD + LETTER * longest);
  const heading = `Audit: ${title}`;
  // Letters of the heading are 16 pixels high and bold.
  const width = Math.max(LEFT + PLOT + right, Math.min(WIDEST, 28 + 9 * heading.length));
  return stack(
    [
      panel(
        bias,
        { width, height, right },
        {
          x: "standard deviation of one estimate / length of the gradient",
          y: "bias / length of the gradient (hollow: within its noise)",
        },
      ),
      panel(
        error,
        { width, height, right },
        {
          x: "evaluations of f per estimate",
          y: "error of one estimate / length of the gradient",
        },
      ),
    ],
    { width, height, title: heading },
  );
}

/** Where what is zero is drawn on a logarithmic axis: below all others. */
function floorOf(values: readonly number[]): number {
  const seen = values.filter((v) => v > 1e-6);
  return seen.length === 0 ? 1e-4 : Math.min(...seen) / 2;
}

function panel(points: readonly Point[], { width, height, right }: Size, axes: Axes): string {
  const scale = { type: "log", grid: true, tickFormat: "~g", ticks: 5, labelArrow: "none" } as const;
  return plotSvg({
    width,
    height,
    marginLeft: LEFT,
    marginRight: right,
    marginTop: TOP,
    marginBottom: BOTTOM,
    style: { background: "transparent", fontSize: `${FONT}px` },
    x: { ...scale, label: axes.x, labelAnchor: "left", labelOffset: 38 },
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
    const left = width - marginRight + LEAD;
    const places = points.map((p) => ({ ...p, at: [x!(p.x), y!(p.y)] as [number, number] }));
    places.sort((a, b) => a.at[1] - b.at[1]);
    const lines = spread(
      places.map((p) => p.at[1]),
      TOP + LINE / 2,
      height - BOTTOM,
    );
    const heads = [
      `<text x="${left}" y="${TOP - 10}" fill="${colours[0]}" font-weight="600">unbiased</text>`,
      `<text x="${left + 74}" y="${TOP - 10}" fill="${colours[1]}" font-weight="600">biased</text>`,
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
