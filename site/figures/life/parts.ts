import type { Look } from "../contract.ts";
import { litColour } from "../logic/netlist.ts";
import { moved } from "../plots/moved.ts";
import { count } from "../plots/numbers.ts";
import { shape, text, tip } from "../plots/svg.ts";
import { cellAt } from "./board.ts";
import { type LifeData, type LifeState, SIDE } from "./controls.ts";
import { ROWS, ruleOf } from "./rule.ts";

interface Place {
  readonly x: number;
  readonly y: number;
}

const wrongColour = (look: Look): string => look.colours.family["score function"]!;

/** Squares as one path. */
const squares = (places: readonly number[], columns: number, cell: number): string =>
  places
    .map((i) => `M${((i % columns) * cell + 0.5).toFixed(1)} ${(Math.floor(i / columns) * cell + 0.5).toFixed(1)}h${(cell - 1).toFixed(1)}v${(cell - 1).toFixed(1)}h${(1 - cell).toFixed(1)}z`) // biome-ignore format: one thought
    .join("");

/** The board; cells that the circuit would get wrong are marked, and the neighbourhood that it reads. */
export function boardPart(
  look: Look,
  at: Place & { readonly side: number },
  { board, generation, mistakes }: LifeData,
  { cell }: LifeState,
  right: boolean,
): SVGElement {
  const size = at.side / SIDE;
  const alive = Array.from(board.keys()).filter((i) => board[i] === 1);
  const marked = cellAt(cell);
  const [x, y] = [(marked % SIDE) * size, Math.floor(marked / SIDE) * size];
  const title = right ? `Generation ${generation}` : "The board waits for the rule";
  return moved(
    look,
    at.x,
    at.y,
    text(look, 0, 14, title, { size: 14, bold: true }),
    moved(
      look,
      0,
      26,
      shape(look.document, "rect", {
        width: at.side,
        height: at.side,
        fill: "none",
        stroke: look.colours.line,
      }),
      shape(look.document, "path", { d: squares(alive, SIDE, size), fill: look.colours.ink }, tip(look.document, `${alive.length} live cells`)), // biome-ignore format: one thought
      ...(mistakes.length > 0
        ? [shape(look.document, "path", { d: squares(mistakes, SIDE, size), fill: "none", stroke: wrongColour(look), "stroke-width": 2 }, tip(look.document, `${mistakes.length} cells whose next state the circuit gets wrong`))] // biome-ignore format: one thought
        : []),
      shape(look.document, "rect", { x: x - size, y: y - size, width: 3 * size, height: 3 * size, fill: "none", stroke: litColour(look), "stroke-width": 2 }, tip(look.document, "the neighbourhood that goes through the circuit")), // biome-ignore format: one thought
    ),
  );
}

const HEIGHT = 150;
const LEFT = 34;

/** Wrong answers over the steps of all networks. */
export function curvePart(
  look: Look,
  at: Place & { readonly width: number },
  { points }: LifeData,
): SVGElement {
  const { quiet, line } = look.colours;
  const ends = points.flatMap((p, i) => (points[i + 1]?.restarts === p.restarts ? [] : [p.step]));
  const before = (restarts: number): number => ends.slice(0, restarts).reduce((a, b) => a + b, 0);
  const most = Math.max(500, ...points.map((p) => before(p.restarts) + p.step));
  const [top, bottom, right] = [26, HEIGHT - 18, at.width - 4];
  const x = (step: number): number => LEFT + (step / most) * (right - LEFT);
  // Logarithmic from 1, and 0 below it.
  const y = (wrong: number): number => bottom - (Math.log2(1 + wrong) / Math.log2(1 + ROWS)) * (bottom - top);
  const grid = [0, 3, 31, ROWS].flatMap((wrong) => [
    shape(look.document, "path", { d: `M${LEFT} ${y(wrong).toFixed(1)}H${right}`, stroke: line }),
    text(look, LEFT - 6, y(wrong) + 4, String(wrong), { anchor: "end", size: 11, fill: quiet }),
  ]);
  const curves = ends.map((_, network) => {
    const own = points.filter((p) => p.restarts === network);
    const d = own.map((p, i) => `${i === 0 ? "M" : "L"}${x(before(network) + p.step).toFixed(1)} ${y(p.wrong).toFixed(1)}`).join(""); // biome-ignore format: one thought
    const last = own.at(-1)!;
    return shape(look.document, "path", { d, fill: "none", stroke: look.colours.family.relaxation, "stroke-width": 2 }, tip(look.document, `network ${network + 1}: ${last.wrong} wrong after ${last.step} steps`)); // biome-ignore format: one thought
  });
  return moved(
    look,
    at.x,
    at.y,
    text(look, 0, 14, `Wrong answers of ${ROWS}`, { size: 14, bold: true }),
    ...grid,
    ...curves,
    text(look, LEFT, HEIGHT, "0", { size: 11, fill: quiet }),
    text(look, right, HEIGHT, `${count(most)} steps`, { size: 11, fill: quiet, anchor: "end" }),
  );
}

const COLUMNS = 32;

/** All neighbourhoods: those whose cell lives dark, wrong answers marked. */
export function examplesPart(
  look: Look,
  at: Place & { readonly width: number },
  { wrong, circuit }: LifeData,
): SVGElement {
  const size = Math.min((HEIGHT - 26) / (ROWS / COLUMNS), at.width / COLUMNS);
  const all = Array.from({ length: ROWS }, (_, n) => n);
  const faults = all.filter((n) => wrong[n] === 1);
  const group = (places: readonly number[], fill: string, opacity: number, sentence: string): SVGElement =>
    shape(look.document, "path", { d: squares(places, COLUMNS, size), fill, "fill-opacity": opacity }, tip(look.document, sentence)); // biome-ignore format: one thought
  const ink = look.colours.ink;
  return moved(
    look,
    at.x,
    at.y,
    text(look, 0, 14, circuit && faults.length === 0 ? "All 512 neighbourhoods, all right" : `All 512 neighbourhoods; ${at.width < 340 ? "wrong" : "wrong ones"} marked`, { size: 14, bold: true }), // biome-ignore format: one thought
    moved(
      look,
      0,
      26,
      group(all.filter((n) => ruleOf(n) === 1), ink, 0.6, "140 neighbourhoods in which the cell lives in the next generation"), // biome-ignore format: one thought
      group(all.filter((n) => ruleOf(n) === 0), ink, 0.12, "372 neighbourhoods in which it does not"), // biome-ignore format: one thought
      ...(faults.length > 0 ? [group(faults, wrongColour(look), 1, `${faults.length} wrong answers`)] : []),
    ),
  );
}
