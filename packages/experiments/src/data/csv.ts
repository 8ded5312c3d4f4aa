import type { Dataset } from "../contract/dataset.ts";
import { datasetFromExamples, type Examples } from "./examples.ts";

/** The rows of a table: numbers as they are written, and the name of the class. */
interface Table {
  readonly columns: number;
  readonly values: Float64Array;
  readonly labels: readonly string[];
}

/**
 * Reads a table of numbers, one example a line, the first line naming the columns. The column `label` (or `class`, or the
 * one that is named) is the class; all others are numbers.
 *
 * @throws RangeError with the line: no such column, a line of another length, an entry that is no number.
 */
function readTable(text: string, name: string, labelColumn?: string): Table {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const cells = (line: string): string[] =>
    line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const head = cells(lines[0] ?? "");
  const wanted = labelColumn === undefined ? ["label", "class"] : [labelColumn.toLowerCase()];
  const at = head.findIndex((column) => wanted.includes(column.toLowerCase()));
  if (at < 0)
    throw new RangeError(
      `${name}: there is no column ${wanted.join(" or ")} in its first line; name the column of the classes "label".`,
    );
  const columns = head.length - 1;
  if (columns === 0 || lines.length < 2)
    throw new RangeError(`${name}: needs a line of names, and below it lines of numbers and a label.`);
  const values = new Float64Array(columns * (lines.length - 1));
  const labels = lines.slice(1).map((line, n) => {
    const row = cells(line);
    if (row.length !== head.length)
      throw new RangeError(
        `${name}: line ${n + 2} has ${row.length} entries, but its first line names ${head.length} columns.`,
      );
    const [label = ""] = row.splice(at, 1);
    if (label === "") throw new RangeError(`${name}: line ${n + 2} has no label.`);
    for (const [i, cell] of row.entries()) {
      const value = cell === "" ? Number.NaN : Number(cell);
      if (!Number.isFinite(value))
        throw new RangeError(`${name}: line ${n + 2} has ${JSON.stringify(cell)} where a number is needed.`);
      values[n * columns + i] = value;
    }
    return label;
  });
  return { columns, values, labels };
}

/** Classes in order: as numbers where all are, else by the alphabet. */
function classesOf(labels: readonly string[], name: string): string[] {
  const names = [...new Set(labels)];
  const numeric = names.every((label) => Number.isFinite(Number(label)));
  names.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  if (names.length < 2 || names.length > 256)
    throw new RangeError(
      `${name}: has ${names.length} ${names.length === 1 ? "class" : "classes"}; 2 to 256 can be learned.`,
    );
  return names;
}

/**
 * A dataset from a table as text, one example a line: the first line names the columns, `label` is the class, all others
 * are numbers. Whole numbers from 0 to 255 are kept; otherwise each column is scaled from its range in the training
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
  const train = readTable(files.train, names.train ?? name, label);
  const test =
    files.test === undefined ? undefined : readTable(files.test, names.test ?? `${name} test`, label);
  if (test && test.columns !== train.columns)
    throw new RangeError(
      `${name}: the test table has ${test.columns} columns of numbers, but the training table ${train.columns}.`,
    );
  const classes = classesOf(train.labels, name);
  const scale = scaleOf(train);
  const read = (table: Table): Examples => ({
    shape: { length: table.columns },
    classes,
    images: Uint8Array.from(table.values, (v, i) => scale(v, i % table.columns)),
    labels: Uint8Array.from(table.labels, (text) => {
      const found = classes.indexOf(text);
      if (found < 0) throw new RangeError(`${name}: the test table has a class ${text} that is not trained.`);
      return found;
    }),
    count: table.labels.length,
  });
  return datasetFromExamples(name, read(train), test && read(test));
}

/** A number of a column as a byte. */
function scaleOf({ columns, values }: Table): (value: number, column: number) => number {
  if (values.every((v) => Number.isInteger(v) && v >= 0 && v <= 255)) return (v) => v;
  const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (const [i, v] of values.entries()) {
    low[i % columns] = Math.min(low[i % columns]!, v);
    high[i % columns] = Math.max(high[i % columns]!, v);
  }
  return (v, i) => {
    const range = high[i]! - low[i]!;
    return range === 0 ? 0 : Math.round(255 * Math.min(1, Math.max(0, (v - low[i]!) / range)));
  };
}
