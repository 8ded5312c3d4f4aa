/** Spaces around a cell. */
const PADDING = 2;

/** A table as text; `left`: the columns that are aligned so (default: all). At most as wide as the terminal where it can wrap its cells, and in full lines for other programs. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly left?: readonly number[]; readonly width?: number | undefined } = {},
): string {
  const { left, width = terminalWidth() } = options;
  const { columns } = widthsFor(head, rows, width);
  const rule = (start: string, cross: string, end: string): string =>
    `${start}${columns.map((w) => "─".repeat(w)).join(cross)}${end}`;
  const lines = (cells: readonly string[]): string[] => {
    const parts = columns.map((w, i) => wrapped(cells[i] ?? "", w - PADDING));
    const count = Math.max(...parts.map((part) => part.length));
    return Array.from({ length: count }, (_, line) => {
      const texts = parts.map((part, i) => {
        const text = part[line] ?? "";
        const room = columns[i]! - PADDING;
        return ` ${!left || left.includes(i) ? text.padEnd(room) : text.padStart(room)} `;
      });
      return `│${texts.join("│")}│`;
    });
  };
  return [
    rule("┌", "┬", "┐"),
    ...lines(head),
    rule("├", "┼", "┤"),
    ...rows.flatMap(lines),
    rule("└", "┴", "┘"),
  ].join("\n");
}

/** The lines of a cell: broken between words, and within those that are too long. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return [...lines, line];
}

/** Columns of the terminal; undefined where the output goes elsewhere and `COLUMNS` says nothing. */
export function terminalWidth(): number | undefined {
  const { isTTY, columns } = process.stdout;
  return (isTTY && columns) || Number(process.env.COLUMNS) || undefined;
}

/** Widths of columns with their padding. `words`: whether lines break between words alone, if at all. */
function widthsFor(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): { columns: readonly number[]; words: boolean } {
  const cells = (column: number): string[] => [head[column]!, ...rows.map((row) => row[column] ?? "")];
  const longest = (texts: readonly string[]): number => Math.max(...texts.map((t) => t.length)) + PADDING;
  const natural = head.map((_, i) => longest(cells(i)));
  const room = (width ?? Number.POSITIVE_INFINITY) - head.length - 1; // borders
  if (sum(natural) <= room) return { columns: natural, words: true };
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
    if (out === most || widthsFor(table.head, table.rows, width).words)
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
