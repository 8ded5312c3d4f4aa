import type { Look } from "../contract.ts";
import { taskColour } from "../look.ts";
import { shape, text, tip } from "../plots/svg.ts";
import type { ForgettingData, ForgettingState } from "./controls.ts";
import { nameOf } from "./panel.ts";
import { placeOf } from "./place.ts";

/** The weights between the hidden layers of the protected network: which finished task reads each. */

export const MAP_TOP = 50;
const LEGEND = 62;
export const mapHeight = (side: number): number => MAP_TOP + side + LEGEND;

export function weightMap(
  look: Look,
  at: { readonly x: number; readonly y: number; readonly side: number },
  { map, tasks, touched }: ForgettingData,
  state: ForgettingState,
): SVGElement {
  const { colours } = look;
  const { units, readers } = map;
  const cell = at.side / units;
  const gap = cell > 4 ? 0.6 : 0;
  const groups = new Map<number, [number, number][]>();
  readers.forEach((bits, i) => {
    const places = groups.get(bits) ?? [];
    places.push([(i % units) * cell + gap / 2, MAP_TOP + Math.floor(i / units) * cell + gap / 2]);
    groups.set(bits, places);
  });
  const parts: SVGElement[] = [
    text(look, 0, 14, at.side < 200 ? "What tasks read" : "What finished tasks read", {
      size: 14,
      bold: true,
    }),
    text(look, 0, 32, "between the hidden layers", { size: 11, fill: colours.quiet }),
    shape(look.document, "rect", { x: 0, y: MAP_TOP, width: at.side, height: at.side, fill: "none", stroke: colours.line }), // biome-ignore format: one thought
  ];
  for (const [bits, places] of [...groups].sort(([a], [b]) => a - b)) {
    const own = tasks.flatMap(({ digits }, t) => ((bits >> t) & 1 ? [{ digits, t }] : []));
    const sentence =
      own.length === 0
        ? `${places.length} of ${units * units} weights: no finished task reads them`
        : `${places.length} of ${units * units} weights, read for ${own.map((o) => nameOf(o.digits)).join("; ")}`;
    const fill = own[0] ? taskColour(look.dark, own[0].t) : colours.ground;
    parts.push(
      shape(look.document, "path", { d: squares(places, cell - gap), fill }, tip(look.document, sentence)),
    );
  }
  const { row, column } = placeOf(state.weight, units);
  const ring = { x: column * cell - 2, y: MAP_TOP + row * cell - 2, width: cell + 4, height: cell + 4, fill: "none" }; // biome-ignore format: one thought
  const picked = touched ? colours.family["score function"]! : colours.ink;
  parts.push(
    shape(look.document, "rect", { ...ring, stroke: colours.ground, "stroke-width": 5 }),
    shape(
      look.document,
      "rect",
      { ...ring, stroke: picked, "stroke-width": 2.5 },
      tip(look.document, touched ? changeText(touched) : "the weight to touch"),
    ),
    ...legend(look, tasks, MAP_TOP + at.side + 18, at.side),
  );
  if (touched) parts.push(text(look, 0, MAP_TOP + at.side + 54, changeText(touched), { size: 11 }));
  return shape(look.document, "g", { transform: `translate(${at.x} ${at.y})` }, ...parts);
}

/** In all the digits that a float32 has. */
const changeText = ({ before, after }: NonNullable<ForgettingData["touched"]>): string =>
  `changed from ${before.toPrecision(9)} to ${after.toPrecision(9)}`;

function legend(look: Look, tasks: ForgettingData["tasks"], y: number, side: number): SVGElement[] {
  const step = side / tasks.length;
  return [
    ...tasks.flatMap(({ digits }, t) => [
      shape(look.document, "rect", {
        x: t * step,
        y: y - 9,
        width: 10,
        height: 10,
        fill: taskColour(look.dark, t),
      }),
      text(look, t * step + 14, y, digits.join(" "), { size: 11 }),
    ]),
    text(look, 0, y + 18, "colour: first reader; empty: free", { size: 11, fill: look.colours.quiet }), // biome-ignore format: one thought
  ];
}

/** Squares of one colour as one path. */
const squares = (places: readonly (readonly [x: number, y: number])[], size: number): string => {
  const side = size.toFixed(1);
  return places.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h${side}v${side}h-${side}z`).join("");
};
