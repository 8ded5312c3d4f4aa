/** The game of life's rule as a table of its 512 neighbourhoods: bit p of a neighbourhood's number is cell p of the 3 x 3, in rows. */

export const CELLS = 9;
export const ROWS = 2 ** CELLS;
export const CENTRE = 4;

/** Whether a cell lives on, or is born. */
function lives(neighbourhood: number): boolean {
  let others = 0;
  for (let cell = 0; cell < CELLS; cell++) if (cell !== CENTRE) others += (neighbourhood >> cell) & 1;
  return others === 3 || (others === 2 && ((neighbourhood >> CENTRE) & 1) === 1);
}

/** Values of a wire for all neighbourhoods, a bit each. */
export type Table = Uint32Array<ArrayBuffer>;
const WORDS = ROWS / 32;

export const tableOf = (of: (neighbourhood: number) => boolean): Table => {
  const table = new Uint32Array(WORDS);
  for (let row = 0; row < ROWS; row++) if (of(row)) table[row >> 5]! |= 1 << (row & 31);
  return table;
};

/** What the rule says of every neighbourhood. */
export const rule: Table = tableOf(lives);

export const ruleOf = (neighbourhood: number): number =>
  (rule[neighbourhood >> 5]! >>> (neighbourhood & 31)) & 1;
