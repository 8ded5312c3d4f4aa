import type { Look } from "../contract.ts";
import { litColour } from "../logic/netlist.ts";
import { operations } from "../logic/operations.ts";
import { greyPicture } from "../plots/grey-paths.ts";
import { moved } from "../plots/moved.ts";
import { count, percent } from "../plots/numbers.ts";
import { shape, text, tip } from "../plots/svg.ts";
import { shareOf, percent as shareText } from "../shares.ts";
import type { CircuitData } from "./controls.ts";
import { type Followed, pixelsOfClass } from "./follow.ts";

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const SIDE = 28;
export const TOP = 26;
const heading = (look: Look, title: string): SVGElement => text(look, 0, 14, title, { size: 14, bold: true });
const frame = (look: Look, side: number): SVGElement =>
  shape(look.document, "rect", {
    y: TOP,
    width: side,
    height: side,
    fill: "none",
    stroke: look.colours.line,
  });

/** The image, and on it the pixels that the followed gate depends on. */
export function digitPart(look: Look, at: Area, data: CircuitData, gate: Followed | undefined): SVGElement {
  const { image, label, scores } = data;
  const cell = at.width / SIDE;
  const marks = [...new Set(gate?.part.thresholds.map(([pixel]) => pixel))].map(
    (pixel) =>
    shape(look.document, "rect", { x: (pixel % SIDE) * cell - 1.5, y: TOP + Math.floor(pixel / SIDE) * cell - 1.5, width: cell + 3, height: cell + 3, fill: "none", stroke: litColour(look), "stroke-width": 2.5 }, tip(look.document, `pixel ${pixel} is ${image[pixel]} of 255`)), // biome-ignore format: one thought
  );
  const read = scores.length > 0 ? `read as ${scores.indexOf(Math.max(...scores))}` : "not read yet";
  return moved(
    look,
    at.x,
    at.y,
    heading(look, label === undefined ? "Your digit" : `A ${label}, ${read}`),
    frame(look, at.width),
    greyPicture(look, image, { x: 0, y: TOP, size: at.width }, label === undefined ? "your digit" : `a ${label}`), // biome-ignore format: one thought
    ...marks,
    ...(label === undefined ? [text(look, 0, TOP + at.width + 16, read, { bold: true })] : []),
  );
}

const ROW = 17;
export const WALL = TOP + 10 * ROW + 16;
const LABEL = 18;
const COUNT = 46;
/** The part of the wall that has gates. */
export const wallArea = ({ x, y, width }: Area) => ({ left: x + LABEL, top: y + TOP, width: width - LABEL - COUNT, height: 10 * ROW }); // biome-ignore format: one thought

/** A row for each class, its gates lit where they are 1, and their count. */
export function wall(look: Look, at: Area, data: CircuitData, gate: Followed | undefined): SVGElement {
  const { circuit, bits, scores } = data;
  const title = circuit ? `${count(circuit.gates.length)} gates, lit where 1` : "No circuit yet";
  const parts = [heading(look, title), text(look, at.width, 14, "ones", { size: 11, anchor: "end", fill: look.colours.quiet })]; // biome-ignore format: one thought
  if (!circuit) return moved(look, at.x, at.y, ...parts);
  const longest = Math.max(1, ...circuit.classes.map(({ wires }) => wires.length));
  const cell = wallArea(at).width / longest;
  const most = Math.max(...scores);
  const winner = scores.indexOf(most);
  circuit.classes.forEach(({ wires }, row) => {
    const y = TOP + row * ROW;
    const places = (bit: number): string =>
      wires.map((wire, i) => (bits[wire] === bit ? `M${(LABEL + i * cell).toFixed(1)} ${y + 2}h${Math.max(0.8, cell - 0.6).toFixed(1)}v${ROW - 4}h-${Math.max(0.8, cell - 0.6).toFixed(1)}z` : "")).join(""); // biome-ignore format: one thought
    const bold = row === winner;
    const sentence = `class ${row}: ${scores[row]} ones of ${wires.length} gates`;
    parts.push(
      text(look, 0, y + 13, String(row), { size: 12, bold }),
      shape(look.document, "path", { d: places(0), fill: look.colours.line }, tip(look.document, sentence)),
      shape(look.document, "path", { d: places(1), fill: litColour(look) }, tip(look.document, sentence)),
      text(look, at.width, y + 13, String(scores[row]), { size: 12, bold, anchor: "end" }),
    );
  });
  if (gate) {
    const x = LABEL + gate.place * cell;
    parts.push(shape(look.document, "rect", { x: x - 2.5, y: TOP + gate.class * ROW - 0.5, width: cell + 5, height: ROW + 1, fill: "none", stroke: look.colours.ink, "stroke-width": 2 }, tip(look.document, "the gate that is followed"))); // biome-ignore format: one thought
  }
  return moved(look, at.x, at.y, ...parts);
}

export const CHART = 150;
const LEFT = 30;

/** A curve of shares over steps. */
interface Line {
  readonly name: string;
  readonly colour: string;
  readonly width: number;
  readonly dash?: string;
  value(point: CircuitData["points"][number]): { readonly right: number; readonly of: number };
}

function chart(
  look: Look,
  at: Area,
  title: string,
  data: CircuitData,
  lines: readonly Line[],
  named: "above" | "below",
): SVGElement {
  const { quiet, line } = look.colours;
  const [top, bottom, right] = [TOP + 4, CHART - 18, at.width - 4];
  const x = (step: number): number => LEFT + (step / data.of) * (right - LEFT);
  const y = (share: number): number => bottom - share * (bottom - top);
  const grid = [0, 0.5, 1].flatMap((share) => [
    shape(look.document, "path", { d: `M${LEFT} ${y(share)}H${right}`, stroke: line }),
    text(look, LEFT - 5, y(share) + 4, `${100 * share}`, { size: 11, anchor: "end", fill: quiet }),
  ]);
  const curves = lines.map(({ name, colour, width, dash, value }) => {
    const places = data.points.map((p) => `${x(p.step).toFixed(1)} ${y(value(p).right / value(p).of).toFixed(1)}`); // biome-ignore format: one thought
    const last = data.points.at(-1);
    const sentence = last ? `${name}: ${shareText(shareOf(value(last)))} after ${last.step} steps` : name;
    return shape(look.document, "path", { d: places.length > 0 ? `M${places.join("L")}` : "", fill: "none", stroke: colour, "stroke-width": width, "stroke-dasharray": dash }, tip(look.document, sentence)); // biome-ignore format: one thought
  });
  const legend = lines.flatMap(({ name, colour, width, dash }, i) => {
    const height = named === "above" ? top + 14 : bottom - 10;
    const each = at.width < 330 ? 100 : 130;
    const from = right - (lines.length - i) * each + 8; // curves are steep where they begin
    return [
      shape(look.document, "path", { d: `M${from} ${height}h18`, stroke: colour, "stroke-width": width, "stroke-dasharray": dash }), // biome-ignore format: one thought
      text(look, from + 23, height + 4, name, { size: 11 }),
    ];
  });
  return moved(
    look,
    at.x,
    at.y,
    heading(look, title),
    ...grid,
    ...curves,
    ...legend,
    text(look, right, CHART - 2, `${data.of} steps`, { size: 11, anchor: "end", fill: quiet }),
  );
}

/** Accuracy of the network as it trains, and of the circuit. */
export const accuracyPart = (look: Look, at: Area, data: CircuitData): SVGElement =>
  chart(
    look,
    at,
    "Test accuracy, %",
    data,
    [
      { name: "the network", colour: look.colours.family.relaxation!, width: 5, value: (p) => p.network },
      { name: "its circuit", colour: look.colours.ink, width: 1.5, value: (p) => p.circuit },
    ],
    "below",
  );

/** How many choices have changed between two points: how they settle. */
export const settlingPart = (look: Look, at: Area, data: CircuitData): SVGElement =>
  chart(
    look,
    at,
    "Choices that change in 12 steps, %",
    data,
    [
      { name: "functions", colour: look.colours.family["straight-through"]!, width: 2, value: (p) => p.functions }, // biome-ignore format: one thought
      { name: "wires", colour: look.colours.family.noise!, width: 2, dash: "6 3", value: (p) => p.wires },
    ],
    "above",
  );

/** Which of the 16 functions the gates have chosen. */
export function functionsPart(look: Look, at: Area, { functions }: CircuitData): SVGElement {
  const all = functions.reduce((a, b) => a + b, 0);
  const most = Math.max(1, ...functions);
  const each = at.width / 16;
  const [top, bottom] = [TOP + 12, CHART - 18];
  const bars = operations.flatMap(({ name, sign }, o) => {
    const n = functions[o] ?? 0;
    const height = (n / most) * (bottom - top);
    const sentence = `${name}: ${n} of ${all} gates`;
    return [
      shape(look.document, "rect", { x: o * each + 1, y: bottom - height, width: each - 2, height: Math.max(height, 0.5), fill: look.colours.family["straight-through"]! }, tip(look.document, sentence)), // biome-ignore format: one thought
      ...(n > 0 && each >= 20 ? [text(look, (o + 0.5) * each, bottom - height - 3, String(n), { size: each < 30 ? 10 : 11, anchor: "middle" })] : []), // biome-ignore format: one thought
      text(look, (o + 0.5) * each, bottom + (each < 30 && o % 2 === 1 ? 23 : 12), sign, { size: each < 30 ? 10 : 11, anchor: "middle", fill: look.colours.quiet }), // biome-ignore format: one thought
    ];
  });
  return moved(look, at.x, at.y, heading(look, "Functions chosen"), ...bars);
}

/** Which pixels the gates of a class read. */
export function pixelsPart(
  look: Look,
  at: Area,
  { circuit }: CircuitData,
  gate: Followed | undefined,
): SVGElement {
  const row = gate?.class ?? 0;
  const counts = circuit ? pixelsOfClass(circuit, row) : new Float64Array(SIDE * SIDE);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const used = counts.reduce((n, c) => n + (c > 0 ? 1 : 0), 0);
  const sentence = `${used} of ${counts.length} pixels, ${percent(used / counts.length, 0)}, are read by the gates of class ${row}; the strongest mark ${most} times`; // biome-ignore format: one thought
  return moved(
    look,
    at.x,
    at.y,
    heading(look, `Read for class ${row}`),
    frame(look, at.width),
    greyPicture(
      look,
      counts.map((c) => (255 * c) / most),
      { x: 0, y: TOP, size: at.width },
      sentence,
    ),
  );
}
