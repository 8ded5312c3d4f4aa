import * as Plot from "@observablehq/plot";
import type { Look } from "../contract.ts";
import { colourOf, labelOf, spread } from "../estimators/marks.ts";
import { entryOf } from "../estimators/menu.ts";
import { plain, withError } from "../plots/numbers.ts";
import { placed, shape, text } from "../plots/svg.ts";
import { logTick, logTicks } from "../plots/ticks.ts";
import { type Candidate, errorAt, ranked, spent } from "./answer.ts";

/** Below this share of the squared gradient an error counts as none: float32 and the chart end there. */
const FLOOR = 1e-5;
/** How many are named at the budget. */
const NAMED = 6;

interface Step {
  readonly x: number;
  readonly y: number;
}

/** Costs from one to another, evenly on a logarithmic scale. */
function costsBetween(low: number, high: number): number[] {
  const steps = 80;
  return Array.from({ length: steps + 1 }, (_, i) => low * (high / low) ** (i / steps));
}

const shown = (error: number): number => Math.max(FLOOR, error);

/** The least error of all that apply, at every cost. */
export function frontier(all: readonly Candidate[], low: number, high: number): Step[] {
  const able = all.filter((c) => c.against === undefined);
  const corners = able.map((c) => c.cost).filter((c) => c > low && c < high);
  return [...costsBetween(low, high), ...corners, ...corners.map((c) => c * 0.9999)]
    .sort((x, y) => x - y)
    .map((x) => ({ x, y: Math.min(...able.map((c) => errorAt(c, x * 1.000001))) }))
    .filter(({ y }) => Number.isFinite(y))
    .map(({ x, y }) => ({ x, y: shown(y) }));
}

/** Error against cost: a dot is one estimate, its line the mean of more, and the thick line the best of all. */
export function chart(
  all: readonly Candidate[],
  budget: number,
  unit: string,
  look: Look,
  at: { readonly y: number; readonly width: number; readonly height: number },
): SVGElement[] {
  const { width, height } = at;
  const { ink, quiet, line, ground } = look.colours;
  const costs = all.map((c) => c.cost);
  const reach = [Math.min(...costs) / 1.3, Math.max(200, 4 * budget, 3 * Math.max(...costs))] as const;
  const errors = all.flatMap((c) => [c.mse + c.mseError, errorAt(c, reach[1])]);
  const least = Math.max(FLOOR, Math.min(...errors) / 1.5);
  // Where no estimator has an error, the axis still has a length.
  const domain = [least, Math.max(10 * least, Math.max(...errors) * 1.5)] as const;
  const clamp = (y: number): number => Math.min(domain[1], Math.max(domain[0], y));
  const able = all.filter((c) => c.against === undefined);
  const marginRight = Math.min(190, width * 0.36);
  const colour = (c: Candidate): string => (c.against === undefined ? colourOf(look, c.id) : line);
  const title = (c: Candidate): string =>
    `${c.id}: squared error ${withError(c.mse, c.mseError)} at ${plain(c.cost)} ${unit}${c.against === undefined ? "" : `; out, because it ${c.against}`}`; // biome-ignore format: one line
  const best = ranked(all, budget);
  const lines = (c: Candidate) =>
    costsBetween(c.cost, reach[1]).map((x) => ({ x, y: clamp(errorAt(c, x * 1.000001)), id: c.id }));
  const plot = Plot.plot({
    document: look.document,
    width,
    height,
    marginLeft: 50,
    marginRight,
    marginTop: 12,
    marginBottom: 40,
    style: { background: "transparent", color: quiet, fontSize: "11px" },
    x: { type: "log", domain: reach, ticks: logTicks(reach), tickFormat: logTick, label: `cost, in ${unit}`, labelAnchor: "center", labelArrow: "none" }, // biome-ignore format: one axis
    y: { type: "log", domain, ticks: logTicks(domain), tickFormat: logTick, label: null },
    marks: [
      Plot.gridY(logTicks(domain), { stroke: line, strokeOpacity: 1 }),
      ...able.map((c) => Plot.line(lines(c), { x: "x", y: "y", stroke: colour(c), strokeWidth: 1, strokeOpacity: 0.45 })), // biome-ignore format: one mark
      Plot.line(frontier(all, Math.min(...costs), reach[1]).map((p) => ({ x: p.x, y: clamp(p.y) })), { x: "x", y: "y", stroke: ink, strokeWidth: 3, strokeOpacity: 0.8, strokeLinejoin: "round" }), // biome-ignore format: one mark
      Plot.ruleX([budget], { stroke: ink, strokeDasharray: "4 3", title: () => `budget: ${budget} ${unit}` }),
      Plot.ruleX(all, { x: "cost", y1: (c: Candidate) => clamp(c.mse - c.mseError), y2: (c: Candidate) => clamp(c.mse + c.mseError), stroke: colour, strokeWidth: 1.5 }), // biome-ignore format: one mark
      Plot.dot(all.filter((c) => c.against !== undefined), { x: "cost", y: (c: Candidate) => clamp(c.mse), r: 3, fill: ground, stroke: line, strokeWidth: 1.5, title }), // biome-ignore format: one mark
      Plot.dot(able, {
        x: "cost",
        y: (c: Candidate) => clamp(c.mse),
        r: 4.5,
        fill: colour,
        stroke: ground,
        title,
      }),
      ...(best[0]
        ? [Plot.dot([best[0]], { x: (c: Candidate) => spent(c, budget), y: (c: Candidate) => clamp(errorAt(c, spent(c, budget))), r: 6, fill: ground, stroke: ink, strokeWidth: 2.5, title: (c: Candidate) => `${c.id}: ${plain(errorAt(c, spent(c, budget)))} of the squared gradient for ${plain(spent(c, budget))} ${unit}` })] // biome-ignore format: one mark
        : []),
    ],
  });
  const [scaleX, scaleY] = [plot.scale("x")!, plot.scale("y")!];
  const named = best.slice(0, NAMED);
  const ends = named.map((c) => scaleY.apply(clamp(errorAt(c, reach[1]))));
  const heights = spread(ends, 15, height - 44);
  const start = width - marginRight + 12;
  const labels = named.flatMap((c, i) => {
    const y = at.y + heights[i]!;
    const d = `M${Math.round(scaleX.apply(reach[1]))} ${Math.round(at.y + ends[i]!)}L${Math.round(start)} ${Math.round(y)}`;
    return [
      shape(look.document, "path", { d, stroke: colourOf(look, c.id), fill: "none" }),
      shape(look.document, "rect", {
        x: start + 2,
        y: y - 4,
        width: 8,
        height: 8,
        fill: colourOf(look, c.id),
      }),
      text(look, start + 14, y + 4, labelOf(c.id, Math.floor((marginRight - 28) / 6)), {
        size: 11,
        bold: i === 0,
      }),
    ];
  });
  return [placed(plot, 0, at.y), ...labels];
}

/** The families that are there, with their colours. */
export function legend(
  all: readonly Candidate[],
  look: Look,
  y: number,
): { elements: SVGElement[]; height: number } {
  const families = [...new Set(all.map((c) => entryOf(c.id).family))];
  let [x, row] = [10, 0];
  const elements = families.flatMap((family) => {
    const width = 26 + 6.4 * family.length;
    if (x + width > look.width) [x, row] = [10, row + 1];
    const [left, top] = [x, y + 18 * row];
    x += width;
    return [
      shape(look.document, "circle", { cx: left + 4, cy: top, r: 4.5, fill: look.colours.family[family]! }),
      text(look, left + 12, top + 4, family, { size: 11, fill: look.colours.quiet }),
    ];
  });
  return { elements, height: 18 * (row + 1) };
}
