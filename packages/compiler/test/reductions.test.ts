import { Builder, type DType, size } from "@hardgrad/onnx/graph";
import { describe, expect, test } from "vitest";
import { evaluate, type Tensor } from "./graph-oracle.ts";
import { load } from "./run-graph.ts";

function reduce(
  op: string,
  x: Tensor,
  axes: readonly number[],
  keepdims = 0,
): [found: Tensor, expected: Tensor] {
  const b = new Builder();
  const graph = b.graph([b.emit(op, [b.input("x", x.dtype, x.shape)], { axes, keepdims })]);
  const loaded = load(graph);
  loaded.write("x", x);
  return [loaded.run()[0]!, evaluate(graph, new Map([["x", x]]))[0]!];
}

/** Whole numbers whose sums are exact in float32. */
const whole = (dtype: DType, shape: readonly number[]): Tensor => ({
  dtype,
  shape,
  data: Array.from({ length: size(shape) }, (_, i) => ((i * 7919) % 23) - (dtype === "uint32" ? 0 : 11)),
});

const lengths = [0, 1, 3, 129, 1000];

describe.each(["ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean"])("%s", (op) => {
  const types = (op === "ReduceMean" ? ["float32"] : ["float32", "int32"]) as DType[];
  const empty = (n: number): boolean => n === 0 && op === "ReduceMean";

  test.each(lengths)("of %i numbers, along each axis of a matrix and along both", (n) => {
    for (const dtype of types)
      for (const shape of [[n], [n, 5], [5, n], [n, 1], [2, n, 3]])
        for (const axes of [[0], [shape.length - 1], shape.map((_, i) => i)]) {
          if (empty(axes.reduce((count, a) => count * shape[a]!, 1))) continue;
          const [found, expected] = reduce(op, whole(dtype, shape), axes);
          expect(found, `${dtype} [${shape}] along ${axes}`).toEqual(expected);
        }
  });
});

test("products, and sums that wrap", () => {
  const signs: Tensor = {
    dtype: "float32",
    shape: [129],
    data: Array.from({ length: 129 }, (_, i) => (i % 5 ? 1 : -1)),
  };
  const [product, wanted] = reduce("ReduceProd", signs, [0]);
  expect(product).toEqual(wanted);
  for (const dtype of ["int32", "uint32"] as const) {
    const data = Array.from({ length: 9 }, (_, i) => 2 ** 31 - 1 - i);
    const [sum, wrapped] = reduce("ReduceSum", { dtype, shape: [9], data }, [0], 1);
    expect(sum).toEqual(wrapped);
  }
});

test("NaN is the maximum and the minimum of what it is among; infinities are numbers", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  for (const at of [0, 3, 4, 8, 12]) {
    const data = Array.from({ length: 13 }, (_, i) => (i === at ? nan : i - 6));
    for (const op of ["ReduceMax", "ReduceMin", "ReduceSum"])
      expect(reduce(op, { dtype: "float32", shape: [13], data }, [0])[0].data).toEqual([nan]);
  }
  const x: Tensor = { dtype: "float32", shape: [2, 3], data: [-inf, -inf, -inf, 1, inf, 2] };
  expect(reduce("ReduceMax", x, [1])[0].data).toEqual([-inf, inf]);
  expect(reduce("ReduceSum", x, [1])[0].data).toEqual([-inf, inf]);
});

test("an array and its sums in one pass, along either axis", () => {
  for (const shape of [
    [5, 7],
    [7, 5],
    [3, 130],
    [130, 3],
  ])
    for (const axes of [[0], [1]]) {
      const x = whole("float32", shape);
      const b = new Builder();
      // What lies behind the end of a row of one is not what lies behind that of the other.
      const bias = b.constant(
        "float32",
        [shape[1]!],
        Float32Array.from({ length: shape[1]! }, (_, i) => i),
      );
      const next = b.emit("Add", [b.input("x", "float32", shape), bias]);
      const sum = b.emit("ReduceSum", [next], { axes, keepdims: 0 });
      const graph = b.graph([next, sum, b.emit("Neg", [next])]);
      const loaded = load(graph);
      loaded.write("x", x);
      expect(loaded.run(), `[${shape}] along ${axes}`).toEqual(evaluate(graph, new Map([["x", x]])));
    }
});

describe("long sums", () => {
  const eps = 2 ** -24;
  // Four lanes each add up runs of 128 numbers, and then the sums of the runs: so many roundings can be added to a number.
  const roundings = (n: number): number => 128 + n / 512 + 4;

  test.each([1000, 20_000, 2_000_000])("of %i equal numbers", (n) => {
    const x = Math.fround(0.1);
    const [{ data }] = reduceFast(
      "ReduceMean",
      Float32Array.from({ length: n }, () => x),
      [n],
      [0],
    );
    expect(Math.abs(data[0]! - x) / x).toBeLessThan(roundings(n) * eps);
    // Far better than one by one: jax-js's wasm is off by 2e-3 for two million.
    expect(Math.abs(data[0]! - x) / x).toBeLessThan(5e-5);
  });

  test.each([
    [[300_000], [0]],
    [[3, 100_000], [1]],
    [[100_000, 3], [0]],
    [[2, 60_000, 2], [1]],
  ])("of random numbers [%s] along %s", (shape, axes) => {
    let state = 1;
    const x = Float32Array.from({ length: size(shape) }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return state / 2 ** 31;
    });
    const [{ data }] = reduceFast("ReduceSum", x, shape, axes);
    const inner = size(shape.slice(axes[0]! + 1));
    const n = shape[axes[0]!]!;
    data.forEach((sum, at) => {
      let [exact, sizes] = [0, 0];
      for (let i = 0; i < n; i++) {
        const v = x[Math.floor(at / inner) * n * inner + i * inner + (at % inner)]!;
        exact += v;
        sizes += Math.abs(v);
      }
      expect(Math.abs(sum - exact)).toBeLessThanOrEqual(roundings(n) * eps * sizes);
    });
  });
});

function reduceFast(
  op: string,
  x: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): [Tensor] {
  const b = new Builder();
  const loaded = load(b.graph([b.emit(op, [b.input("x", "float32", shape)], { axes, keepdims: 0 })]));
  loaded.write("x", { dtype: "float32", shape, data: x as never });
  return [loaded.run()[0]!];
}
