import type { Look } from "../contract.ts";
import { shape, text } from "../plots/svg.ts";
import { colourOf } from "./marks.ts";

/** Where a curve ends, and the height of its name. */
interface End {
  readonly id: string;
  readonly label: string;
  readonly from: readonly [number, number];
  readonly beside: number;
}

/** Names of curves in a column at `start`, each with a piece of its line and a thread to its end. */
export function names(
  look: Look,
  ends: readonly End[],
  dashes: ReadonlyMap<string, string>,
  start: number,
  size: number,
): SVGElement[] {
  return ends.flatMap(({ id, label, from: [x, y], beside }) => {
    const thread = `M${round(x)} ${round(y)}L${round(start)} ${round(beside)}`;
    return [
      shape(look.document, "path", { d: thread, stroke: look.colours.line, fill: "none" }),
      shape(look.document, "line", { x1: start, x2: start + 18, y1: beside, y2: beside, stroke: colourOf(look, id), "stroke-width": 2, "stroke-dasharray": dashes.get(id)! }), // biome-ignore format: one mark
      text(look, start + 22, beside + 4, label, { size }),
    ];
  });
}

const round = (v: number): number => Math.round(v * 10) / 10;
