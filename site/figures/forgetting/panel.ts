import type { Look } from "../contract.ts";
import { taskColour } from "../look.ts";
import { greyPicture } from "../plots/grey-paths.ts";
import { shape, text, tip } from "../plots/svg.ts";
import { percent, shareOf } from "../shares.ts";
import type { ForgettingData, Learner, Seal } from "./controls.ts";

/** The accuracy of one network on every task that it has begun, and the certificates of those that are finished. */

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export const PANEL_HEIGHT = 352;
const LEFT = 40;
const RIGHT = 44;
const TOP = 34;
const PLOT = 200;
const CHANCE = 0.5;

export const nameOf = (digits: readonly number[]): string => digits.join(" and ");

export function panel(
  look: Look,
  area: Area,
  title: string,
  { tasks }: Pick<ForgettingData, "tasks">,
  learner: Learner,
): SVGElement {
  const { colours } = look;
  const width = area.width - LEFT - RIGHT;
  const lowest = Math.min(...learner.points.flatMap((p) => p.right.map((r, t) => r / tasks[t]!.images)), 0.5);
  const floor = Math.max(0, Math.floor(10 * lowest - 0.5) / 10);
  const x = (done: number): number => LEFT + (done / tasks.length) * width;
  const y = (share: number): number => TOP + ((1 - share) / (1 - floor)) * PLOT;
  const parts: SVGElement[] = [text(look, 0, 14, title, { size: 14, bold: true })];
  for (let tenth = Math.ceil(10 * floor); tenth <= 10; tenth += floor < 0.3 ? 2 : 1) {
    const at = y(tenth / 10);
    parts.push(
      shape(look.document, "path", { d: `M${LEFT} ${at}h${width}`, stroke: colours.line, fill: "none" }),
      text(look, LEFT - 6, at + 4, `${10 * tenth} %`, { size: 11, fill: colours.quiet, anchor: "end" }),
    );
  }
  parts.push(
    shape(look.document, "path", { d: `M${LEFT} ${y(CHANCE)}h${width}`, stroke: colours.quiet, fill: "none", "stroke-dasharray": "2 4" }), // biome-ignore format: one thought
    text(look, LEFT + 4, y(CHANCE) + 14, "guessing", { size: 11, fill: colours.quiet }),
  );
  tasks.forEach(({ digits, images, examples }, t) => {
    const points = learner.points
      .filter(({ right }) => right.length > t)
      .map((p) => ({ tasks: p.tasks, ...shareOf({ right: p.right[t]!, of: images }) }));
    parts.push(...curve(look, points, taskColour(look.dark, t), nameOf(digits), x, y));
    const middle = x(t + 0.5);
    const size = Math.min(24, width / 11);
    examples.forEach((pixels, i) => {
      const at = { x: middle + (i - 1) * size, y: TOP + PLOT + 6, size };
      parts.push(greyPicture(look, pixels, at, `task ${t + 1}: ${nameOf(digits)}`));
    });
  });
  parts.push(...endLabels(look, learner, tasks, x, y));
  parts.push(
    text(look, LEFT, TOP + PLOT + 50, "tasks, in the order they are learned", { size: 11, fill: colours.quiet }), // biome-ignore format: one thought
  );
  parts.push(text(look, LEFT, TOP + PLOT + 72, heldText(learner.seals), { size: 12 }));
  learner.seals.forEach((seal) => {
    parts.push(sealMark(look, x(seal.task + 0.5), TOP + PLOT + 90, seal, tasks[seal.task]!.digits));
  });
  return shape(look.document, "g", { transform: `translate(${area.x} ${area.y})` }, ...parts);
}

interface CurvePoint {
  readonly tasks: number;
  readonly value: number;
  readonly error: number;
}

function curve(
  look: Look,
  points: readonly CurvePoint[],
  colour: string,
  name: string,
  x: (done: number) => number,
  y: (share: number) => number,
): SVGElement[] {
  if (points.length === 0) return [];
  const at = (p: CurvePoint, share: number): string =>
    `${x(p.tasks).toFixed(1)} ${y(Math.min(1, share)).toFixed(1)}`;
  const upper = points.map((p) => at(p, p.value + p.error));
  const lower = points.map((p) => at(p, p.value - p.error)).reverse();
  return [
    shape(look.document, "path", {
      d: `M${[...upper, ...lower].join("L")}Z`,
      fill: colour,
      "fill-opacity": 0.14,
    }),
    shape(look.document, "path", { d: `M${points.map((p) => at(p, p.value)).join("L")}`, fill: "none", stroke: colour, "stroke-width": 2, "stroke-linejoin": "round" }), // biome-ignore format: one thought
    ...points.map((p) =>
      shape(
        look.document,
        "circle",
        { cx: x(p.tasks), cy: y(p.value), r: 2.5, fill: colour },
        tip(look.document, `${name} after ${p.tasks.toFixed(2)} tasks: ${percent(p)} correct`),
      ),
    ),
  ];
}

/** The digits of each task beside the end of its curve, moved apart where they would cover each other. */
function endLabels(
  look: Look,
  { points }: Learner,
  tasks: ForgettingData["tasks"],
  x: (done: number) => number,
  y: (share: number) => number,
): SVGElement[] {
  const last = points.at(-1);
  if (!last) return [];
  const labels = last.right
    .map((right, t) => ({ t, y: y(right / tasks[t]!.images) + 4 }))
    .sort((a, b) => a.y - b.y || a.t - b.t);
  let above = Number.NEGATIVE_INFINITY;
  return labels.map((label) => {
    above = Math.max(label.y, above + 13);
    return text(look, x(last.tasks) + 7, above, tasks[label.t]!.digits.join(" "), { size: 11, bold: true, fill: taskColour(look.dark, label.t) }); // biome-ignore format: one thought
  });
}

function heldText(seals: readonly Seal[]): string {
  if (seals.length === 0) return "no certificate yet";
  const held = seals.filter(({ holds }) => holds).length;
  if (seals.length === 1) return held === 1 ? "its certificate holds" : "its certificate does not hold";
  return `${held} of ${seals.length} certificates hold`;
}

/** A ring with a tick, or a crossed one. */
function sealMark(look: Look, x: number, y: number, seal: Seal, digits: readonly number[]): SVGElement {
  const { colours } = look;
  const broken = colours.family["score function"]!;
  const colour = seal.holds ? colours.family["control variate"]! : broken;
  const d = seal.holds ? "M-4 0l3 3.5l5.5 -7" : "M-4 -4l8 8m0 -8l-8 8";
  return shape(
    look.document,
    "g",
    { transform: `translate(${x.toFixed(1)} ${y})`, fill: "none", stroke: colour, "stroke-width": 2 },
    tip(look.document, sealText(seal, digits)),
    shape(look.document, "circle", { r: 9 }),
    shape(look.document, "path", { d }),
  );
}

/** What a certificate says, in one sentence. */
export function sealText({ holds, changed }: Seal, digits: readonly number[]): string {
  if (holds) return `${nameOf(digits)}: not a bit of what this task reads has changed.`;
  const arrays = changed.filter((name) => name !== "outputs");
  const scores = changed.includes("outputs") ? ", and so have its class scores" : "";
  return `${nameOf(digits)}: weights that this task reads have changed in ${arrays.join(", ")}${scores}.`;
}
