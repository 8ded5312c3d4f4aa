import type { Circuit } from "@hardgrad/runtime/circuit";
import type { Look } from "../contract.ts";
import { moved } from "../plots/moved.ts";
import { shape, text, tip } from "../plots/svg.ts";
import { operations } from "./operations.ts";
import { levelsOf } from "./wires.ts";

/** A drawing of a small circuit with the bits of one example: inputs at the left, logic gates by level, answers at the right. */
export interface Netlist {
  readonly circuit: Circuit;
  /** Of every wire. */
  readonly bits: ArrayLike<number>;
  /** Of inputs, and of classes. */
  readonly inputs: readonly string[];
  readonly classes: readonly string[];
}

const LIT = "coupled samples";
/** The colour of a wire that is 1. */
export const litColour = (look: Look): string => look.colours.family[LIT]!;

export function netlist(
  look: Look,
  { circuit, bits, inputs, classes }: Netlist,
  { width, height }: { readonly width: number; readonly height: number },
): SVGElement {
  const { thresholds, gates } = circuit;
  const first = thresholds.length;
  const levels = levelsOf(circuit);
  const last = Math.max(0, ...levels) + 1;
  const counted = circuit.classes.flatMap(({ wires }, at) => (wires.length > 0 ? [{ wires, at }] : []));
  const columns = Array.from({ length: last + 1 }, (_, level) =>
    level === last ? [] : levels.flatMap((own, wire) => (own === level ? [wire] : [])),
  );
  const right = 44;
  const left = 30;
  const x = (level: number): number => left + (level / last) * (width - left - right);
  const y = new Float64Array(levels.length);
  for (const [level, column] of columns.entries()) {
    // Gates stand near what they read.
    if (level > 0) {
      const mean = (wire: number): number => (y[gates[wire - first]![1]]! + y[gates[wire - first]![2]]!) / 2;
      column.sort((a, b) => mean(a) - mean(b) || a - b);
    }
    const space = height / column.length;
    column.forEach((wire, place) => {
      y[wire] = (place + 0.5) * space;
    });
  }
  const step = (width - left - right) / last;
  const wide = step >= 56;
  const half = wide ? 22 : Math.min(5, step / 4);
  const wire = (from: number, x2: number, y2: number): SVGElement => {
    const x1 = x(levels[from]!) + half;
    const bend = (x2 - x1) / 2;
    const lit = bits[from] === 1;
    const points = [x1, y[from]!, x1 + bend, y[from]!, x2 - bend, y2, x2, y2].map((v) => v.toFixed(1));
    const d = `M${points[0]} ${points[1]}C${points.slice(2).join(" ")}`;
    return shape(look.document, "path", { d, fill: "none", stroke: lit ? litColour(look) : look.colours.line, "stroke-width": lit ? 2 : 1 }); // biome-ignore format: one thought
  };
  const node = (at: number, level: number, sign: string, sentence: string): SVGElement => {
    const lit = bits[at] === 1;
    const style = { fill: lit ? litColour(look) : look.colours.ground, stroke: lit ? litColour(look) : look.colours.quiet }; // biome-ignore format: one thought
    const mark = wide
      ? shape(look.document, "rect", { x: -half, y: -9, width: 2 * half, height: 18, rx: level > 0 ? 9 : 2, ...style }) // biome-ignore format: one thought
      : shape(look.document, "circle", { r: half, ...style });
    const label = text(look, 0, 3.5, sign, { anchor: "middle", size: 10, fill: lit ? "#101010" : look.colours.ink }); // biome-ignore format: one thought
    return moved(look, x(level), y[at]!, mark, ...(wide ? [label] : []), tip(look.document, sentence));
  };
  const is = (at: number): string => `now ${bits[at]}`;
  return moved(
    look,
    0,
    0,
    ...gates.flatMap(([, a, b], i) => [a, b].map((from) => wire(from, x(levels[first + i]!) - half, y[first + i]!))), // biome-ignore format: one thought
    ...counted.flatMap(({ wires }, i) =>
      wires.map((from) => wire(from, x(last), ((i + 0.5) * height) / counted.length)),
    ),
    ...thresholds.map(([pixel], i) => node(i, 0, inputs[pixel]!, `${inputs[pixel]}: ${is(i)}`)),
    ...gates.map(([operation], i) => {
      const { name, sign } = operations[operation]!;
      return node(first + i, levels[first + i]!, sign, `logic gate ${i}, ${name}: ${is(first + i)}`);
    }),
    ...counted.map(({ at, wires }, i) =>
      text(look, x(last) + 4, ((i + 0.5) * height) / counted.length + 4, classes[at]!, {
        size: 11,
        bold: wires.every((from) => bits[from] === 1),
      }),
    ),
  );
}
