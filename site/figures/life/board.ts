import { pixelsOf } from "../pixels.ts";
import { type LifeState, SIDE } from "./controls.ts";
import { patterns } from "./patterns.ts";
import { CELLS, ruleOf } from "./rule.ts";

/** The board: 28 x 28 cells in rows, its edges joined. */

export function firstBoard({
  pattern,
  drawn,
  seed,
}: Pick<LifeState, "pattern" | "drawn" | "seed">): Uint8Array {
  const own = pixelsOf(drawn);
  if (own) return own.map((grey) => (grey > 127 ? 1 : 0));
  const board = new Uint8Array(SIDE * SIDE);
  const { rows } = patterns.find(({ id }) => id === pattern) ?? { rows: [] };
  if (rows.length === 0) return board.map((_, i) => (mixed(seed, i) % 100 < 30 ? 1 : 0));
  const top = (SIDE - rows.length) >> 1;
  const left = (SIDE - rows[0]!.length) >> 1;
  for (const [y, row] of rows.entries())
    for (const [x, cell] of [...row].entries()) if (cell === "#") board[(top + y) * SIDE + left + x] = 1;
  return board;
}

/** A hash of two numbers. */
function mixed(a: number, b: number): number {
  let x = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return (x ^ (x >>> 15)) >>> 0;
}

/** The 3 x 3 cells around every cell, one neighbourhood after the other. */
export function neighbourhoodsOf(board: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(board.length * CELLS);
  for (let i = 0; i < board.length; i++)
    for (let cell = 0; cell < CELLS; cell++) {
      const y = (Math.floor(i / SIDE) + Math.floor(cell / 3) - 1 + SIDE) % SIDE;
      const x = ((i % SIDE) + (cell % 3) - 1 + SIDE) % SIDE;
      all[i * CELLS + cell] = board[y * SIDE + x]!;
    }
  return all;
}

/** Cells whose next state is not what the rule says. */
export function mistakesIn(board: Uint8Array, next: ArrayLike<number>): number[] {
  const around = neighbourhoodsOf(board);
  return Array.from(board.keys()).filter((i) => {
    let number = 0;
    for (let cell = 0; cell < CELLS; cell++) number |= around[i * CELLS + cell]! << cell;
    return next[i] !== ruleOf(number);
  });
}

/** The cell that a point of the square means. */
export const cellAt = ([x, y]: readonly [number, number]): number =>
  (SIDE - 1 - Math.round(y)) * SIDE + Math.round(x);
