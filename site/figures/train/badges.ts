import type { Look } from "../contract.ts";
import { entryOf } from "../estimators/menu.ts";
import { moved } from "../plots/moved.ts";
import { shape, text } from "../plots/svg.ts";

/** How a network is told from the others: by number, colour of its family, and dashes within a family. */
export interface Badge {
  readonly number: number;
  readonly name: string;
  readonly colour: string;
  readonly dash: string;
}

const DASHES = ["none", "6 3", "2 3", "10 3 2 3"];

export function badgesOf(ids: readonly string[], look: Look): readonly Badge[] {
  return ids.map((id, i) => {
    const { family } = entryOf(id);
    const before = ids.slice(0, i).filter((other) => entryOf(other).family === family).length;
    return { number: i + 1, name: id, colour: look.colours.family[family]!, dash: DASHES[before]! };
  });
}

/** A number in a circle of the network's colour. */
export function badgeMark(look: Look, x: number, y: number, { number, colour }: Badge): SVGElement {
  return moved(
    look,
    x,
    y,
    shape(look.document, "circle", { r: 8, fill: look.colours.ground, stroke: colour, "stroke-width": 2.5 }),
    text(look, 0, 3.8, String(number), { anchor: "middle", size: 10.5, bold: true }),
  );
}

/** About this many pixels is a letter wide. */
const LETTER = 6.9;

/** A name on at most two lines, broken after a hyphen. */
export function lines(name: string, width: number): readonly string[] {
  const room = Math.floor(width / LETTER);
  if (name.length <= room) return [name];
  const parts = name.split(/(?<=-)/);
  let first = "";
  while (parts.length > 1 && first.length + parts[0]!.length <= room) first += parts.shift();
  const second = parts.join("");
  return [first, second.length <= room ? second : `${second.slice(0, Math.max(1, room - 1))}…`].filter(
    (line) => line !== "",
  );
}
