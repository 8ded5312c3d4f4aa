import Table from "cli-table3";

/** Spaces around a cell. */
const PADDING = 2;

/** A table as text; `left`: the columns that are aligned so (default: all). At most as wide as the terminal where it can wrap its cells, and in full lines for other programs. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly left?: readonly number[]; readonly width?: number | undefined } = {},
): string {
  const { left, width = terminalWidth() } = options;
  const widths = widthsFor(head, rows, width);
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (!left || left.includes(i) ? "left" : "right")),
    ...(widths && { colWidths: [...widths.columns], wordWrap: true, wrapOnWordBoundary: widths.words }),
  });
  table.push(...rows.map((cells) => [...cells]));
  return table.toString();
}

/** Columns of the terminal; undefined where the output goes elsewhere and `COLUMNS` says nothing. */
export function terminalWidth(): number | undefined {
  const { isTTY, columns } = process.stdout;
  return (isTTY && columns) || Number(process.env.COLUMNS) || undefined;
}

/** Widths of columns with their padding; undefined where all fits. `words`: whether lines break between words alone. */
function widthsFor(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): { columns: readonly number[]; words: boolean } | undefined {
  const cells = (column: number): string[] => [head[column]!, ...rows.map((row) => row[column] ?? "")];
  const longest = (texts: readonly string[]): number => Math.max(...texts.map((t) => t.length)) + PADDING;
  const natural = head.map((_, i) => longest(cells(i)));
  const room = (width ?? Number.POSITIVE_INFINITY) - head.length - 1; // borders
  if (sum(natural) <= room) return undefined;
  const least = head.map((_, i) => longest(cells(i).flatMap((text) => text.split(" "))));
  const words = shrunk(natural, least, room);
  if (sum(words) <= room) return { columns: words, words: true };
  // The first column says what a row is about: it is broken last.
  const [key, ...others] = words as [number, ...number[]];
  const narrow = others.map(() => PADDING + 1);
  const rest = shrunk(others, narrow, room - key);
  const [first] = shrunk([key], [PADDING + 1], room - sum(rest)) as [number];
  return { columns: [first, ...rest], words: false };
}

/**
 * The same table without its last columns, as many of `most` as it takes to fit a terminal with whole words; and the
 * names of those that are left out.
 */
export function withoutLast(
  most: number,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined = terminalWidth(),
): { head: readonly string[]; rows: readonly (readonly string[])[]; left: readonly string[] } {
  for (let out = 0; ; out++) {
    const kept = head.length - out;
    const table = { head: head.slice(0, kept), rows: rows.map((row) => row.slice(0, kept)) };
    if (out === most || widthsFor(table.head, table.rows, width)?.words !== false)
      return { ...table, left: head.slice(kept) };
  }
}

/** The widest columns, narrower one by one until all fit or none may shrink further. */
function shrunk(from: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...from];
  while (sum(widths) > room) {
    const able = widths.flatMap((w, i) => (w > least[i]! ? [i] : []));
    if (able.length === 0) break;
    const widest = able.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    widths[widest]!--;
  }
  return widths;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
