import type { Dataset } from "../contract/dataset.ts";
import { datasetFromExamples, type Examples } from "./examples.ts";

/** The rows of a table: numbers as they are written, and the name of the class. */
interface Table {
  /** Names of the columns of numbers. */
  readonly columns: readonly string[];
  readonly values: Float64Array;
  readonly labels: readonly string[];
}

interface Row {
  readonly line: number;
  readonly cells: string[];
}

/** The rows that are not blank, as RFC 4180 has them: an entry in quotation marks may hold commas and ends of lines. */
function* rowsOf(text: string, name: string): Generator<Row, undefined> {
  const entry = /[ \t]*(?:"([^"]*(?:""[^"]*)*)"[ \t]*|(?![ \t]*")([^,\r\n]*))(,|\r\n?|\n|$)/y;
  let cells: string[] = [];
  let line = 1;
  let next = 1;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; ; ) {
    entry.lastIndex = at;
    const found = entry.exec(text);
    if (!found) throw new RangeError(`${name}: line ${next} has a quotation mark that is not at both ends of an entry.`); // biome-ignore format: one thought
    const [all, quoted, plain = "", end] = found;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim());
    if (quoted !== undefined) next += quoted.split(/\r\n?|\n/).length - 1;
    at += all.length;
    if (end === ",") continue;
    if (cells.length > 1 || cells[0] !== "") yield { line, cells };
    if (at >= text.length) return;
    cells = [];
    line = ++next;
  }
}

/** Where the classes are in the first line. @throws RangeError unless it names every column, each once. */
function labelColumn(head: readonly string[], name: string, label: string | undefined): number {
  const wanted = label === undefined ? ["label", "class"] : [label.toLowerCase()];
  const found = head.flatMap((column, i) => (wanted.includes(column.toLowerCase()) ? [i] : []));
  const [at] = found;
  const other = /[;\t]/.exec(head.join());
  if (at === undefined && head.length === 1 && other)
    throw new RangeError(`${name}: its columns are separated by ${other[0] === ";" ? "semicolons" : "tabs"}; write commas.`); // biome-ignore format: one thought
  if (at === undefined)
    throw new RangeError(
      `${name}: its first line names no column ${wanted.join(" or ")}; call the column of classes "label".`,
    );
  if (found.length > 1)
    throw new RangeError(`${name}: the columns ${found.map((i) => head[i]).join(" and ")} could both be the classes; leave one out, or rename it.`); // biome-ignore format: one thought
  const nameless = head.indexOf("");
  if (nameless >= 0)
    throw new RangeError(`${name}: column ${nameless + 1} has no name in the first line; name it, or leave it out: a row number would give away the class in a sorted table.`); // biome-ignore format: one thought
  const twice = head.find((column, i) => head.indexOf(column) !== i);
  if (twice !== undefined) throw new RangeError(`${name}: two columns are called ${twice}; each needs a name of its own.`); // biome-ignore format: one thought
  return at;
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads a table of numbers, one example a line, the first line naming the columns. The column `label` (or `class`, or the
 * one that is named) is the class; all others are numbers.
 *
 * @throws RangeError with the line: no such column, a line of another length, an entry that is no number.
 */
function readTable(text: string, name: string, label?: string): Table {
  const rows = rowsOf(text, name);
  const head = rows.next().value?.cells;
  if (!head) throw new RangeError(`${name}: is empty; it needs a header line, then lines of numbers with a label.`); // biome-ignore format: one thought
  const at = labelColumn(head, name, label);
  const columns = head.filter((_, i) => i !== at);
  const values = new Float64Array(columns.length * (text.split(/[\r\n]/).length - 1));
  const labels: string[] = [];
  for (const { line, cells } of rows) {
    if (cells.length !== head.length)
      throw new RangeError(
        `${name}: line ${line} has ${cells.length} entries, but its first line names ${head.length} columns.`,
      );
    const [own] = cells.splice(at, 1);
    if (!own) throw new RangeError(`${name}: line ${line} has no label.`);
    const start = labels.push(own) * columns.length - columns.length;
    for (const [i, cell] of cells.entries()) {
      const value = number.test(cell) ? Number(cell) : Number.NaN;
      if (!Number.isFinite(value))
        throw new RangeError(`${name}: line ${line} has ${JSON.stringify(cell)} where a number is needed (column ${columns[i]}).`); // biome-ignore format: one thought
      values[start + i] = value;
    }
  }
  if (columns.length === 0 || labels.length === 0)
    throw new RangeError(`${name}: needs a header line, then lines of numbers with a label.`);
  return { columns, values: values.subarray(0, columns.length * labels.length), labels };
}

/** The test table with its columns in the order of the training table. */
function ordered(test: Table, columns: readonly string[], name: string): Table {
  const missing = columns.find((column) => !test.columns.includes(column));
  const extra = test.columns.find((column) => !columns.includes(column));
  if (missing !== undefined || extra !== undefined)
    throw new RangeError(
      `${name}: ${missing === undefined ? `has a column ${extra} that the training table lacks` : `has no column ${missing}, which the training table has`}; both need the same columns.`,
    );
  const from = columns.map((column) => test.columns.indexOf(column));
  const width = columns.length;
  const values = test.values.map((_, i) => test.values[i - (i % width) + from[i % width]!]!);
  return { ...test, columns, values };
}

/** Classes in order: as numbers where all are, else by the alphabet; and which of them a label is. */
function classesOf(
  labels: readonly string[],
  name: string,
): { classes: string[]; of: (label: string) => number } {
  const written = [...new Set(labels)];
  const numeric = written.every((label) => number.test(label));
  const nameOf = (label: string): string => (numeric && number.test(label) ? String(Number(label)) : label); // 1 and 1.0 are one
  const classes = [...new Set(written.map(nameOf))];
  classes.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  if (classes.length < 2 || classes.length > 256)
    throw new RangeError(
      `${name}: has ${classes.length} ${classes.length === 1 ? "class" : "classes"}; it needs 2 to 256.`,
    );
  const numbers = new Map(classes.map((one, i) => [one, i]));
  return { classes, of: (label) => numbers.get(nameOf(label)) ?? -1 };
}

/**
 * A dataset from a table as text, one example a line: the first line names the columns, `label` is the class, all others
 * are numbers. Entries may stand in quotation marks. Whole numbers from 0 to 255 are kept; otherwise each column is scaled from its range in the training
 * examples to 0..255 and rounded, so that 256 levels are left.
 *
 * @param files the training table; the test table, or without it a sixth of the examples, drawn by a fixed seed.
 * @param options options; `label`: the column of the classes (default: `label` or `class`).
 * @throws RangeError that names the file and the line.
 * @example
 * const dataset = datasetFromCsv("flowers", { train: "x,y,label\n1,2,red\n3,4,blue\n5,6,red\n7,8,blue\n2,1,red\n4,3,blue" });
 */
export function datasetFromCsv(
  name: string,
  files: { readonly train: string; readonly test?: string },
  options: { readonly label?: string; readonly names?: { train?: string; test?: string } } = {},
): Dataset {
  const { label, names = {} } = options;
  const [trainName, testName] = [names.train ?? name, names.test ?? `${name} test`];
  const train = readTable(files.train, trainName, label);
  const test =
    files.test === undefined
      ? undefined
      : ordered(readTable(files.test, testName, label), train.columns, testName);
  const { classes, of } = classesOf(train.labels, trainName);
  const scale = scaleOf(train);
  const width = train.columns.length;
  const read = (table: Table): Examples => ({
    shape: { length: width },
    classes,
    images: Uint8Array.from(table.values, (v, i) => scale(v, i % width)),
    labels: Uint8Array.from(table.labels, (text) => {
      const found = of(text);
      if (found < 0) throw new RangeError(`${testName}: has class ${text}, which the training table lacks.`);
      return found;
    }),
    count: table.labels.length,
  });
  return datasetFromExamples(name, read(train), test && read(test));
}

/** A number of a column as a byte. */
function scaleOf({ columns: { length: columns }, values }: Table): (value: number, column: number) => number {
  if (values.every((v) => Number.isInteger(v) && v >= 0 && v <= 255))
    return (v) => Math.round(Math.min(255, Math.max(0, v)));
  const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (const [i, v] of values.entries()) {
    low[i % columns] = Math.min(low[i % columns]!, v);
    high[i % columns] = Math.max(high[i % columns]!, v);
  }
  return (v, i) => {
    const range = high[i]! / 2 - low[i]! / 2; // halves: the range may be more than the largest number
    return range === 0 ? 0 : Math.round(255 * Math.min(1, Math.max(0, (v / 2 - low[i]! / 2) / range)));
  };
}
