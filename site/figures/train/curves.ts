import type { Look } from "../contract.ts";
import { moved } from "../plots/moved.ts";
import { percent } from "../plots/numbers.ts";
import { shape, text, tip } from "../plots/svg.ts";
import { type Badge, badgeMark, lines } from "./badges.ts";
import { accuracyError, type Point, type TrainData } from "./data.ts";

export type Axis = "step" | "second";

/** Room on the right for names, where there is any. */
const NAMES = 180;
const LEFT = 40;
const TOP = 22;
const BOTTOM = 34;

/** Test accuracy of each network, with a band of one standard error. */
export function curves(
  data: TrainData,
  axis: Axis,
  badges: readonly Badge[],
  look: Look,
  height: number,
): SVGElement {
  const wide = look.width >= 720;
  const right = look.width - (wide ? NAMES : 26);
  const bottom = height - BOTTOM;
  const at = (point: Point, i: number): number => (axis === "step" ? point.step : point.seconds[i]!);
  const last = data.points.at(-1);
  const furthest = last ? Math.max(...last.accuracies.map((_, i) => at(last, i))) : 0;
  const most = Math.max(furthest, axis === "step" ? 100 : 0.1);
  const x = (value: number): number => LEFT + (value / most) * (right - LEFT);
  const y = (share: number): number => bottom - Math.min(1, Math.max(0, share)) * (bottom - TOP);
  const { quiet, line } = look.colours;
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    shape(look.document, "line", { x1: LEFT, x2: right, y1: y(share), y2: y(share), stroke: line }),
    text(look, LEFT - 6, y(share) + 4, `${100 * share}`, { anchor: "end", fill: quiet, size: 11 }),
  ]);
  const ticks = ticksTo(most).flatMap((value) => [
    shape(look.document, "line", { x1: x(value), x2: x(value), y1: bottom, y2: bottom + 4, stroke: quiet }),
    text(look, x(value), bottom + 16, String(value), { anchor: "middle", fill: quiet, size: 11 }),
  ]);
  const ends = placed(
    badges.map((_, i) => (last ? y(last.accuracies[i] ?? 0) : bottom)),
    wide ? 30 : 18,
    TOP,
    bottom,
  );
  return moved(
    look,
    0,
    0,
    ...grid,
    ...ticks,
    text(look, 4, 12, "Test accuracy, %", { fill: quiet }),
    text(look, right, height - 3, axis === "step" ? "training step" : "seconds of training on this machine", {
      anchor: "end",
      fill: quiet,
    }),
    ...(last ? badges.map((badge, i) => band(data, i, badge, look, (p) => x(at(p, i)), y)) : []),
    ...(last ? badges.map((badge, i) => curve(data, i, badge, look, (p) => x(at(p, i)), y)) : []),
    ...(last
      ? badges.flatMap((badge, i) => {
          const end = x(at(last, i));
          const place = wide ? right + 16 : Math.min(right + 14, end + 14);
          return [
            shape(look.document, "line", { x1: end, x2: place - 9, y1: y(last.accuracies[i]!), y2: ends[i]!, stroke: badge.colour, "stroke-opacity": 0.6 }), // biome-ignore format: one thought
            badgeMark(look, place, ends[i]!, badge),
            ...(wide ? nameAt(look, place + 14, ends[i]!, badge.name, NAMES - 34) : []),
          ];
        })
      : []),
  );
}

function nameAt(look: Look, x: number, y: number, name: string, room: number): SVGElement[] {
  const rows = lines(name, room);
  return rows.map((row, i) => text(look, x, y + 4 + (i - (rows.length - 1) / 2) * 14, row));
}

function band(
  { points, tested }: TrainData,
  i: number,
  { colour }: Badge,
  look: Look,
  x: (point: Point) => number,
  y: (share: number) => number,
): SVGElement {
  const edge = (sign: number) => (point: Point) => {
    const share = point.accuracies[i]!;
    return `${x(point).toFixed(1)},${y(share + sign * accuracyError(share, tested)).toFixed(1)}`;
  };
  const outline = [...points.map(edge(1)), ...points.toReversed().map(edge(-1))].join(" ");
  return shape(look.document, "polygon", { points: outline, fill: colour, "fill-opacity": 0.16 });
}

function curve(
  { points, tested }: TrainData,
  i: number,
  { colour, dash, name }: Badge,
  look: Look,
  x: (point: Point) => number,
  y: (share: number) => number,
): SVGElement {
  const path = points.map((p) => `${x(p).toFixed(1)},${y(p.accuracies[i]!).toFixed(1)}`).join(" ");
  return moved(
    look,
    0,
    0,
    shape(look.document, "polyline", {
      points: path,
      fill: "none",
      stroke: colour,
      "stroke-width": 2,
      "stroke-dasharray": dash,
    }),
    ...points.map((p) =>
      shape(
        look.document,
        "circle",
        { cx: x(p), cy: y(p.accuracies[i]!), r: 2.5, fill: colour },
        tip(
          look.document,
          `${name}, step ${p.step}: ${percent(p.accuracies[i]!, accuracyError(p.accuracies[i]!, tested))}`,
        ),
      ),
    ),
  );
}

/** Places as near as they can be to where they should be, at least a gap apart, and between top and bottom. */
export function placed(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const result = [...wanted];
  let above = top - gap;
  for (const i of order) {
    result[i] = Math.max(wanted[i]!, above + gap);
    above = result[i]!;
  }
  let below = bottom + gap;
  for (const i of order.toReversed()) {
    result[i] = Math.min(result[i]!, below - gap);
    below = result[i]!;
  }
  return result;
}

/** Round numbers from 0 on, up to six of them. */
function ticksTo(most: number): number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const every = [1, 2, 5, 10].map((m) => m * power).find((step) => step >= rough)!;
  return Array.from({ length: Math.floor(most / every + 1e-9) + 1 }, (_, i) =>
    Number((i * every).toPrecision(12)),
  );
}
