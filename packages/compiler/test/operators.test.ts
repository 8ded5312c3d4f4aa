import { type Attributes, Builder, type ConstantData, type DType, type Value } from "@hardgrad/onnx/graph";
import { describe, expect, test } from "vitest";
import { evaluate, stored, type Tensor } from "./graph-oracle.ts";
import { load } from "./run-graph.ts";

const [largest, least, leastNormal] = [3.4028234663852886e38, 2 ** -149, 2 ** -126];
const floats = [
  ...[0, 1, 0.5, 1.5, 2.5, 3.7, 1e-20, 2 ** 23 + 1, 2 ** 24 - 1, 2 ** 31, largest, least, leastNormal],
  Number.POSITIVE_INFINITY,
].flatMap((x) => [x, -x]);
const special: { readonly [dtype: string]: readonly number[] } = {
  float32: [...floats, Number.NaN],
  int32: [0, 1, -1, 7, -7, 65_537, -123_456_789, 2 ** 31 - 1, -(2 ** 31)],
  uint32: [0, 1, 7, 65_537, 2 ** 31 - 1, 2 ** 31, 3_000_000_000, 2 ** 32 - 1],
  bool: [0, 1],
};

/** All pairs (or triples) of special values, in vectors of a length that leaves some over. */
function tuples(dtypes: readonly DType[]): Tensor[] {
  const rows = dtypes.reduce<number[][]>(
    (all, dtype) => all.flatMap((row) => special[dtype]!.map((x) => [...row, x])),
    [[]],
  );
  while (rows.length % 4 !== 3) rows.push(rows[rows.length >> 1]!);
  return dtypes.map((dtype, i) => ({
    dtype,
    shape: [rows.length],
    data: rows.map((row) => stored(dtype, row[i]!)),
  }));
}

/** Expects every element to be the oracle's, to the bit but for the payload of NaN. */
function check(
  op: string,
  dtypes: readonly DType[],
  attributes: Attributes = {},
  allowed: (row: number[]) => boolean = () => true,
): void {
  const all = tuples(dtypes);
  const kept = all[0]!.data.flatMap((_, i) => (allowed(all.map(({ data }) => data[i]!)) ? [i] : []));
  const inputs = all.map((x) => ({ ...x, shape: [kept.length], data: kept.map((i) => x.data[i]!) }));
  const b = new Builder();
  const values = inputs.map(({ dtype, shape }, i) => b.input(`x${i}`, dtype, shape));
  const graph = b.graph([b.emit(op, values, attributes)]);
  const named = new Map(inputs.map((x, i) => [`x${i}`, x]));
  const loaded = load(graph);
  for (const [name, x] of named) loaded.write(name, x);
  const [found] = loaded.run();
  const [expected] = evaluate(graph, named);
  found!.data.forEach((x, i) => {
    const wanted = expected!.data[i]!;
    const operands = inputs.map(({ data }) => data[i]);
    expect(Object.is(x, wanted) ? wanted : x, `${op}(${operands.join(", ")}) of ${dtypes}`).toBe(wanted);
  });
  expect(found!.data.length).toBe(expected!.data.length);
}

describe("operators on special values", () => {
  test.each([
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Min",
    "Max",
    "Less",
    "LessOrEqual",
    "Greater",
    "GreaterOrEqual",
    "Equal",
  ])("%s", (op) => {
    check(op, ["float32", "float32"]);
    // The least number by -1 is none of int32.
    const whole = ([x, y]: number[]): boolean => op !== "Div" || !(x === -(2 ** 31) && y === -1);
    check(op, ["int32", "int32"], {}, whole);
    check(op, ["uint32", "uint32"]);
  });
  test.each([
    "Neg",
    "Abs",
    "Sqrt",
    "Floor",
    "Ceil",
    "Round",
    "Reciprocal",
    "Relu",
    "Sign",
    "IsNaN",
    "Identity",
  ])("%s of float32", (op) => check(op, ["float32"]));
  test("Clip", () =>
    check("Clip", ["float32", "float32", "float32"], {}, ([, low, high]) => !(low! > high!)));
  test("Abs of uint32, above 2^31 too", () => check("Abs", ["uint32"]));
  test("Mod", () => {
    check("Mod", ["int32", "int32"], {}, ([x, y]) => y !== 0 && !(x === -(2 ** 31) && y === -1));
    check("Mod", ["uint32", "uint32"], {}, ([, y]) => y !== 0);
  });
  test.each(["Neg", "Abs", "Sign", "Identity"])("%s of int32", (op) =>
    check(op, ["int32"], {}, ([x]) => op !== "Abs" || x !== -(2 ** 31)),
  );
  test.each(["BitwiseAnd", "BitwiseOr", "BitwiseXor"])("%s", (op) => {
    check(op, ["int32", "int32"]);
    check(op, ["uint32", "uint32"]);
  });
  test("BitwiseNot", () => {
    check("BitwiseNot", ["int32"]);
    check("BitwiseNot", ["uint32"]);
  });
  test.each(["LEFT", "RIGHT"])("BitShift %s", (direction) =>
    check("BitShift", ["uint32", "uint32"], { direction }, ([, by]) => by! < 32),
  );
  test.each(["And", "Or", "Xor", "Equal"])("%s of truth values", (op) => check(op, ["bool", "bool"]));
  test("Not", () => check("Not", ["bool"]));
  test.each(["float32", "int32", "uint32", "bool"] as const)("Where of %s", (dtype) =>
    check("Where", ["bool", dtype, dtype]),
  );
});

describe("casts", () => {
  const holds: { readonly [to: string]: (x: number) => boolean } = {
    int32: (x) => x > -(2 ** 31) - 1 && x < 2 ** 31,
    uint32: (x) => x >= 0 && x < 2 ** 32,
    int64: (x) => x > -(2 ** 31) - 1 && x < 2 ** 31,
  };
  for (const from of ["float32", "int32", "uint32", "bool"] as const)
    for (const to of ["float32", "int32", "uint32", "bool", "int64"] as const)
      test(`${from} to ${to}`, () =>
        // What an integer type does not hold is undefined; between integers words stay words.
        check("Cast", [from], { to }, ([x]) => from !== "float32" || !holds[to] || holds[to](x!)));

  test("bytes to float32, int32 and truth values", () => {
    const data = Array.from({ length: 256 }, (_, i) => i);
    const b = new Builder();
    const x = b.input("x", "uint8", [256]);
    const graph = b.graph((["float32", "int32", "bool"] as const).map((to) => b.cast(x, to)));
    const loaded = load(graph);
    loaded.write("x", { dtype: "uint8", shape: [256], data });
    expect(loaded.run().map((y) => y.data)).toEqual([data, data, data.map((v) => Number(v > 0))]);
  });
});

describe("64-bit integers", () => {
  const words = special.uint32!;
  const run = (make: (b: Builder, wide: Value[]) => Value): Tensor => {
    const pairs = words.flatMap((x) => words.map((y) => [x, y] as const));
    const b = new Builder();
    const wide = ["x", "y"].map((name) => b.cast(b.input(name, "uint32", [pairs.length]), "int64"));
    const loaded = load(b.graph([make(b, wide)]));
    loaded.write("x", { dtype: "uint32", shape: [pairs.length], data: pairs.map(([x]) => x) });
    loaded.write("y", { dtype: "uint32", shape: [pairs.length], data: pairs.map(([, y]) => y) });
    return loaded.run()[0]!;
  };
  const of = (fn: (x: number, y: number) => number): number[] =>
    words.flatMap((x) => words.map((y) => fn(x, y)));

  test("of words are compared, divided and ordered as words, above 2^31 too", () => {
    expect(run((b, xy) => b.emit("Less", xy)).data).toEqual(of((x, y) => Number(x < y)));
    expect(run((b, xy) => b.emit("GreaterOrEqual", xy)).data).toEqual(of((x, y) => Number(x >= y)));
    expect(run((b, [x]) => b.emit("Less", [x!, b.scalar("int64", 7)])).data).toEqual(
      of((x) => Number(x < 7)),
    );
    expect(run((b, xy) => b.cast(b.emit("Max", xy), "uint32")).data).toEqual(of((x, y) => Math.max(x, y)));
    const quotient = (x: number, y: number): number => (y === 0 ? x : Math.floor(x / y));
    expect(run((b, xy) => b.cast(b.emit("Div", xy), "uint32")).data).toEqual(of(quotient));
  });

  test("a word is not compared with a number that may be negative", () => {
    expect(() =>
      run((b, [x]) => b.emit("Less", [x!, b.cast(b.input("z", "int32", [words.length ** 2]), "int64")])),
    ).toThrow("compile: a uint32 is compared with an int64, for which there is no kernel.");
    expect(() => run((b, [x]) => b.emit("Less", [x!, b.scalar("int64", -1)]))).toThrow("no kernel");
  });
});

test("constants stay what they are in every type", () => {
  const b = new Builder();
  const x = b.input("x", "bool", [5]);
  const of = (dtype: DType, data: ConstantData): Value => b.constant(dtype, [], data);
  const pairs = [
    [of("uint32", Uint32Array.of(2 ** 32 - 1)), of("uint32", Uint32Array.of(2 ** 31))],
    [of("float32", Float32Array.of(-0)), of("float32", Float32Array.of(Number.NEGATIVE_INFINITY))],
    [of("int32", Int32Array.of(-(2 ** 31))), of("int32", Int32Array.of(-1))],
  ] as const;
  const loaded = load(
    b.graph([...pairs.map(([yes, no]) => b.emit("Where", [x, yes, no])), b.scalar("bool", 1)]),
  );
  loaded.write("x", { dtype: "bool", shape: [5], data: [1, 0, 1, 1, 0] });
  expect(loaded.run().map(({ data }) => data)).toEqual([
    [2 ** 32 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 31],
    [-0, Number.NEGATIVE_INFINITY, -0, -0, Number.NEGATIVE_INFINITY],
    [-(2 ** 31), -1, -(2 ** 31), -(2 ** 31), -1],
    [1],
  ]);
});
