import type { Look } from "../figures/contract.ts";
import { picture, shape, text, tip } from "../figures/plots/svg.ts";
import { withError } from "../figures/shares.ts";
import type { MetricRow, RunView } from "./read.ts";

/** The curves of a run: one picture for each metric, those that differ in a number together. */

interface Point {
  readonly epoch: number;
  readonly value: number;
  /** Its standard error, where the run says it. */
  readonly error?: number;
}

export interface Curve {
  /** What tells it from others of its picture: the task. */
  readonly name: string;
  readonly points: readonly Point[];
}

export interface CurvePicture {
  readonly title: string;
  readonly curves: readonly Curve[];
}

const ERROR = "-standard-error";
const MOST = 24;

/** The headline first, then the others as the run has them. A metric with one value is no curve. */
export function curvesOf({ rows, summary }: Pick<RunView, "rows" | "summary">): CurvePicture[] {
  const tags = [...new Set(rows.flatMap((row) => Object.keys(row.values)))].filter((t) => !t.endsWith(ERROR));
  const groups = new Map<string, Curve[]>();
  for (const tag of tags) {
    const points = pointsOf(rows, tag);
    if (points.length < 2) continue;
    const title = tag.replace(/\d+(-\d+)?$/, "").replace(/[-/]$/, "");
    const curves = groups.get(title) ?? [];
    curves.push({ name: title === tag ? "" : tag.slice(title.length + 1), points });
    groups.set(title, curves);
  }
  const pictures = [...groups].map(([title, curves]) => ({ title, curves }));
  const rank = ({ title }: CurvePicture): number => (title === summary?.headline ? 0 : 1);
  return pictures.sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

function pointsOf(rows: readonly MetricRow[], tag: string): Point[] {
  return rows.flatMap(({ epoch, values }) => {
    const value = values[tag];
    if (value === undefined) return [];
    const error = values[`${tag}${ERROR}`];
    return [{ epoch, value, ...(error === undefined ? {} : { error }) }];
  });
}

const HEIGHT = 200;
const PLOT = { left: 56, right: 30, top: 30, bottom: 34 };
const dashes = [undefined, "6 3", "2 3", "8 3 2 3"] as const;

/** One picture, its values from the lowest to the highest that occur. */
export function drawCurves(look: Look, { title, curves }: CurvePicture): SVGElement {
  const { colours, width } = look;
  const points = curves.flatMap((curve) => curve.points);
  const [first, last] = rangeOf(points.map((p) => p.epoch));
  const [low, high] = rangeOf(points.flatMap((p) => [p.value - (p.error ?? 0), p.value + (p.error ?? 0)]));
  const x = (epoch: number): number => PLOT.left + ((epoch - first) / (last - first)) * (width - PLOT.left - PLOT.right); // biome-ignore format: one thought
  const y = (value: number): number => PLOT.top + ((high - value) / (high - low)) * (HEIGHT - PLOT.top - PLOT.bottom); // biome-ignore format: one thought
  const place = (p: Point, value = p.value): string => `${x(p.epoch).toFixed(1)} ${y(value).toFixed(1)}`;
  const parts: SVGElement[] = [text(look, 0, 14, title, { size: 14, bold: true })];
  for (const value of ticksOf(low, high))
    parts.push(
      shape(look.document, "path", { d: `M${PLOT.left} ${y(value).toFixed(1)}H${width - PLOT.right}`, stroke: colours.line }), // biome-ignore format: one thought
      text(look, PLOT.left - 6, y(value) + 4, short(value), {
        size: 11,
        fill: colours.quiet,
        anchor: "end",
      }),
    );
  const bottom = HEIGHT - PLOT.bottom + 16;
  for (const [epoch, anchor] of [
    [first, "start"],
    [last, "end"],
  ] as const)
    parts.push(
      text(look, x(epoch), bottom, `epoch ${short(epoch)}`, { size: 11, fill: colours.quiet, anchor }),
    );
  curves.forEach(({ name, points: own }, i) => {
    const band = own.filter((p) => p.error !== undefined);
    const upper = band.map((p) => place(p, p.value + p.error!));
    const lower = band.map((p) => place(p, p.value - p.error!)).reverse();
    const label = name ? `${title} ${name}` : title;
    const say = (p: Point): string => `${label}, epoch ${short(p.epoch)}: ${p.error === undefined ? short(p.value) : withError({ value: p.value, error: p.error })}`; // biome-ignore format: one thought
    if (band.length > 1) parts.push(shape(look.document, "path", { d: `M${[...upper, ...lower].join("L")}Z`, fill: colours.ink, "fill-opacity": 0.14 })); // biome-ignore format: one thought
    parts.push(
      shape(look.document, "path", { d: `M${own.map((p) => place(p)).join("L")}`, fill: "none", stroke: colours.ink, "stroke-width": 1.6, "stroke-dasharray": dashes[i % dashes.length] }), // biome-ignore format: one thought
      ...(own.length <= 200
        ? own.map((p) => shape(look.document, "circle", { cx: x(p.epoch), cy: y(p.value), r: 2, fill: colours.ink }, tip(look.document, say(p)))) // biome-ignore format: one thought
        : []),
      text(look, x(own.at(-1)!.epoch) + 5, y(own.at(-1)!.value) + 4, name, { size: 11 }),
    );
  });
  return picture(look, HEIGHT, `${title} by epoch`, ...parts);
}

/** Ends of a range, apart even where all are one. */
function rangeOf(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of values) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (high > low) return [low, high];
  const room = Math.abs(low) / 2 || 1;
  return [low - room, high + room];
}

/** About four round numbers of a range. */
function ticksOf(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high && ticks.length < 12; i++) ticks.push(i * step);
  return ticks;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
