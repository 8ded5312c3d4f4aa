import { describe, expect, test } from "vitest";
import { type Dataset, datasetFromCsv, exampleAt } from "../../src/index.ts";

/** Rows of a dataset with the names of their classes. */
function rows({ train, test, classes }: Dataset): { train: string[]; test: string[] } {
  const said = (split: Dataset["train"]): string[] =>
    Array.from(split.labels, (label, n) => `${[...exampleAt(split, n)].join()} ${classes[label]}`);
  return { train: said(train), test: said(test) };
}
const head = "x,y,label";
const read = (train: string, test = train): Dataset => datasetFromCsv("t", { train, test });
const body = ["1,2,a", "3,4,b"];
const wanted = ["1,2 a", "3,4 b"];

test("ends of lines, blank lines, a byte order mark, spaces", () => {
  for (const text of [
    [head, ...body].join("\n"),
    [head, ...body, "", ""].join("\r\n"),
    [head, ...body].join("\r"),
    `\ufeff${["", head, "  ", ...body].join("\n")}`,
    ["x , y,  label", " 1, 2 , a ", "3,4,b"].join("\n"),
    ["LABEL,x,y", "a,1,2", "b,3,4"].join("\n"),
  ])
    expect(rows(read(text)).train, JSON.stringify(text)).toEqual(wanted);
});

test("entries in quotation marks hold commas, quotation marks and ends of lines", () => {
  const { classes, train } = read(
    ['"x, in cm","y","label"', '"1", "2" ,"big, red"', '3,4,"a ""b"""', '5,6,"two\nlines"'].join("\n"),
  );
  expect(classes).toEqual(['a "b"', "big, red", "two\nlines"]);
  expect([...train.images]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("the test table's columns are found by their names, in any order", () => {
  const { train, test } = rows(read([head, ...body].join("\n"), "label,y,x\na,2,1\nb,4,3"));
  expect(test).toEqual(train);
});

test("numbers of classes are numbers however they are written, and in order", () => {
  const { classes, train, test } = read("x,label\n0,10\n1,2.0\n2,2\n3,-1", "x,label\n0,2\n1,10.0");
  expect(classes).toEqual(["-1", "2", "10"]);
  expect([...train.labels, ...test.labels]).toEqual([2, 1, 1, 0, 1, 2]);
});

test("columns are scaled by the training table; the test table is cut to their range", () => {
  const bytes = read("x,label\n0,a\n255,b", "x,label\n300,a\n-4,b\n2.4,b");
  expect([...bytes.test.images]).toEqual([255, 0, 2]);
  const scaled = read("x,label\n-1e308,a\n0,a\n1e308,b", "x,label\n9e999,a".replace("9e999", "1.7e308"));
  expect([...scaled.train.images, ...scaled.test.images]).toEqual([0, 128, 255, 255]);
});

describe("what does not fit is said with the line", () => {
  const cases: readonly [string, string, RegExp][] = [
    ["nothing", "\n \n", /^t: is empty/],
    ["names alone", `${head}\n`, /^t: needs a header line, then lines/],
    ["no class", "x,y\n1,2", /^t: its first line names no column label or class/],
    ["semicolons", "x;y;label\n1;2;a", /^t: its columns are separated by semicolons; write commas/],
    ["tabs", "x\ty\tlabel\n1\t2\ta", /^t: its columns are separated by tabs/],
    ["two columns of classes", "label,class,x\na,1,1\nb,2,2", /^t: the columns label and class could both be the classes/],
    ["a name twice", "x,x,label\n1,2,a\n1,2,b", /^t: two columns are called x/],
    ["no name", ",x,label\n0,1,a\n1,2,b", /^t: column 1 has no name in the first line/],
    ["a blank line before", `${head}\n\n\n1,oh,a`, /^t: line 4 has "oh" where a number is needed \(column y\)/],
    ["ends of lines in an entry before", `x,label\n1,"a\nb\nc"\noh,b`, /^t: line 5 has "oh"/],
    ["a quotation mark that is not closed", `${head}\n1,2,a\n3,"4,b\n`, /^t: line 3 has a quotation mark/],
    ["a quotation mark within", `${head}\n1,2,"a"b`, /^t: line 2 has a quotation mark/],
    ...["0x1f", "NaN", "Infinity", "1e999", "", "1_0", "1,000"].map((cell): [string, string, RegExp] => [`the number ${cell}`, `${head}\n"${cell}",2,a`, /^t: line 2 has ".*" where a number is needed \(column x\)/]),
  ]; // biome-ignore format: a table
  for (const [name, text, words] of cases)
    test(name, () => expect(() => datasetFromCsv("t", { train: text })).toThrow(words));

  test("columns of the test table, and its classes", () => {
    const train = [head, ...body].join("\n");
    expect(() => read(train, "x,z,label\n1,2,a")).toThrow(/^t test: has no column y, which the training table has/);
    expect(() => read(train, "x,y,z,label\n1,2,3,a")).toThrow(/^t test: has a column z that the training table lacks/);
    expect(() => read(train, `${head}\n1,2,c`)).toThrow(/^t test: has class c, which the training table lacks/);
  }); // biome-ignore format: one thought each
});
