import { Builder } from "@hardgrad/onnx/graph";
import { describe, expect, test } from "vitest";
import { schedule } from "../src/schedule.ts";
import { evaluate, type Tensor } from "./graph-oracle.ts";
import { load } from "./run-graph.ts";

/** `g[i] . x[index[i, c]]` as jax-js traces it: rows are picked, turned, and multiplied. */
function dots(n: number, k: number, length: number, rows: number, twice: boolean) {
  const b = new Builder();
  const [x, index, g] = [
    b.input("x", "float32", [rows, length]),
    b.input("index", "int64", [n * k]),
    b.input("g", "float32", [n, 1, length]),
  ];
  const picked = b.emit("Gather", [x, index], { axis: 0 });
  const turned = b.emit("Transpose", [b.reshape(picked, [n, k, length])], { perm: [0, 2, 1] });
  const out = b.emit("MatMul", [g, turned]);
  return b.graph(twice ? [out, picked] : [out]);
}

const number = (i: number): number => Math.fround(Math.sin(12.9898 * i) * 3);

function inputs(n: number, k: number, length: number, rows: number): Map<string, Tensor> {
  const floats = (shape: number[], from: number): Tensor => {
    const data = Array.from({ length: shape.reduce((a, c) => a * c, 1) }, (_, i) => number(i + from));
    return { dtype: "float32", shape, data };
  };
  return new Map<string, Tensor>([
    ["x", floats([rows, length], 0)],
    // Negative numbers count from the back.
    ["index", { dtype: "int64", shape: [n * k], data: Array.from({ length: n * k }, (_, i) => (i % 3 === 2 ? -1 - (i % rows) : (7 * i) % rows)) }], // biome-ignore format: one thought
    ["g", floats([n, 1, length], 1000)],
  ]);
}

describe.each([
  { n: 1, k: 1, length: 4, rows: 1 },
  { n: 5, k: 3, length: 8, rows: 4 },
  { n: 9, k: 16, length: 128, rows: 50 },
  { n: 3, k: 6, length: 12, rows: 7 },
])("$n vectors times $k of $rows rows of length $length", ({ n, k, length, rows }) => {
  test("in one pass, and the same as one after another", () => {
    for (const twice of [false, true]) {
      const graph = dots(n, k, length, rows, twice);
      const ops = schedule(graph).steps.map((step) => (step.kind === "single" ? step.node.op : step.kind));
      if (twice) expect(ops).toContain("Gather");
      else expect(ops).toEqual(["RowDots"]);
      const named = inputs(n, k, length, rows);
      const loaded = load(graph);
      for (const [name, tensor] of named) loaded.write(name, tensor);
      const [found] = loaded.run();
      const [expected] = evaluate(graph, named);
      expect(found!.data).toHaveLength(n * k);
      // Sums of products below 9 in float32, in another order: a 2^-24th for each term.
      for (const [i, value] of [...found!.data].entries())
        expect(Math.abs(value - expected!.data[i]!)).toBeLessThanOrEqual(9 * length * 2 ** -23);
    }
  });
});

test("a length that is no multiple of four is left to the matrix product", () => {
  const { steps } = schedule(dots(5, 3, 6, 4, false));
  expect(steps.some((step) => step.kind === "single" && step.node.op === "RowDots")).toBe(false);
});
