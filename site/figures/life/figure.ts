import { defineFigure, type Look, type Row } from "../contract.ts";
import { netlists } from "../logic/files.ts";
import { netlist } from "../logic/netlist.ts";
import { operations } from "../logic/operations.ts";
import { levelsOf } from "../logic/wires.ts";
import { moved } from "../plots/moved.ts";
import { picture, text } from "../plots/svg.ts";
import { codeOf } from "./code.ts";
import { controls, type LifeData, type LifeState } from "./controls.ts";
import { boardPart, curvePart, examplesPart } from "./parts.ts";
import { ROWS } from "./rule.ts";

const BELOW = 172;
const TOP = 26;
/** Cells of a neighbourhood, by the points of the compass. */
const compass = ["NW", "N", "NE", "W", "cell", "E", "SW", "S", "SE"];

/** Where the parts lie at a width. */
function layoutOf({ width }: Pick<Look, "width">) {
  const gap = 28;
  if (width >= 720) {
    const board = Math.min(340, width * 0.36);
    const rest = width - board - gap;
    const half = (width - gap) / 2;
    return { board: { x: 0, y: 0, side: board }, netlist: { x: board + gap, y: 0, width: rest, height: board }, curve: { x: 0, y: board + TOP + gap, width: half }, examples: { x: half + gap, y: board + TOP + gap, width: half }, height: board + TOP + gap + BELOW } as const; // biome-ignore format: one thought
  }
  const side = Math.min(340, width - 4);
  const second = side + TOP + gap;
  const third = second + 300 + TOP + gap;
  return { board: { x: 2, y: 0, side }, netlist: { x: 0, y: second, width, height: 300 }, curve: { x: 0, y: third, width }, examples: { x: 0, y: third + BELOW, width }, height: third + 2 * BELOW } as const; // biome-ignore format: one thought
}

const many = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`;

function says({ points, circuit, before, board, generation }: LifeData): string {
  const last = points.at(-1);
  if (!last || !circuit) return "The network has not taken a step: its choices are random.";
  const given =
    last.restarts > 0
      ? ` of network ${last.restarts + 1} (${last.restarts === 1 ? "the first" : `the first ${last.restarts}`} got stuck)`
      : "";
  if (last.wrong > 0)
    return `After ${last.step} steps${given} the circuit gives the right answer to ${ROWS - last.wrong} of the ${ROWS} neighbourhoods; ${last.wrong} to go. It has ${circuit.gates.length} logic gates that matter.`;
  const alive = board.reduce((sum, cell) => sum + cell, 0);
  const depth = Math.max(0, ...levelsOf(circuit));
  return `After ${last.step} steps${given} all ${ROWS} answers are right, and there are no others: the circuit is the rule. It has ${many(circuit.gates.length, "logic gate")} (${before} before pruning) in ${depth} levels. Generation ${generation}: ${many(alive, "live cell")}.`;
}

/** A circuit that learns the rule of the game of life, and plays it. */
export const figure = defineFigure<typeof controls, LifeData>({
  id: "life",
  question: "Can a circuit learn a rule exactly?",
  controls,
  // A beginning: with most answers right.
  first: 12,
  plays: true,
  draw(data, state, look) {
    const at = layoutOf(look);
    const { circuit, bits, points } = data;
    const right = circuit !== undefined && points.at(-1)!.wrong === 0;
    const title = circuit ? `${circuit.gates.length} logic gates, for the marked cell` : "No circuit yet";
    return picture(
      look,
      at.height,
      says(data),
      boardPart(look, at.board, data, state, right),
      moved(
        look,
        at.netlist.x,
        at.netlist.y,
        text(look, 0, 14, title, { size: 14, bold: true }),
        ...(circuit
          ? [
              moved(
                look,
                0,
                TOP,
                netlist(look, { circuit, bits, inputs: compass, classes: ["", "lives"] }, at.netlist),
              ),
            ]
          : []),
      ),
      curvePart(look, at.curve, data),
      examplesPart(look, at.examples, data),
    );
  },
  drags(_: LifeState, look: Look) {
    const { x, y, side } = layoutOf(look).board;
    const most = controls.cell.max;
    const whole = (v: number): number => Math.min(most, Math.floor(v * (most + 1)));
    return [{ control: "cell", left: x, top: y + TOP, width: side, height: side, value: (u, v) => [whole(u), most - whole(v)] }]; // biome-ignore format: one thought
  },
  says,
  code: codeOf,
  rows: ({ points, circuit }) => [
    ...points.map(({ restarts, ...point }): Row => ({ network: restarts + 1, ...point })),
    ...(circuit?.gates ?? []).map(([operation, a, b], gate): Row => ({ gate, operation: operations[operation]!.name, a, b })), // biome-ignore format: one thought
  ],
  files: netlists,
});
