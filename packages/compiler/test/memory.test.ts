import { Builder, type Graph } from "@hardgrad/onnx/graph";
import { describe, expect, test } from "vitest";
import type { Tensor } from "./graph-oracle.ts";
import { load } from "./run-graph.ts";

const ramp = (n: number): Tensor => ({
  dtype: "float32",
  shape: [n],
  data: Array.from({ length: n }, (_, i) => i),
});

/** x + c for a vector of constants. */
function plus(n: number, constant: number): Graph {
  const b = new Builder();
  const c = b.constant("float32", [n], new Float32Array(n).fill(constant));
  return b.graph([b.emit("Add", [b.input("x", "float32", [n]), c])]);
}

describe("programs of one memory", () => {
  test("take turns: each finds its constants, though the arrays of the others lie over them", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const programs = [1, 10, 100].map((c) => {
      const loaded = load(plus(5 + c, c), { memory });
      return { c, loaded };
    });
    for (let round = 0; round < 2; round++)
      for (const { c, loaded } of programs) {
        loaded.write("x", ramp(5 + c));
        expect(loaded.run()[0]!.data).toEqual(ramp(5 + c).data.map((x) => x + c));
      }
  });

  test("run on when the memory has grown", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const b = new Builder();
    const x = b.input("x", "float32", [6]);
    // An operator of the host keeps views of the memory.
    const sums = b.emit("CumSum", [x, b.constant("int64", [], Int32Array.of(0))], {
      exclusive: 0,
      reverse: 0,
    });
    const loaded = load(b.graph([b.emit("Mul", [sums, x])]), { memory });
    loaded.write("x", ramp(6));
    const [before] = loaded.run();
    memory.grow(3);
    expect(loaded.run()).toEqual([before]);
    expect(before!.data).toEqual([0, 1, 6, 18, 40, 75]);
  });
});

test("an array leaves its neighbours alone: all lengths to 40", () => {
  for (let n = 1; n <= 40; n++) {
    const b = new Builder();
    const [x, y] = ["x", "y"].map((name) => b.input(name, "float32", [n])) as [never, never];
    const turned = b.emit("Slice", [y], { axes: [0], starts: [-1], ends: [-(2 ** 31)], steps: [-1] });
    const graph = b.graph([
      b.emit("Sub", [x, turned]),
      b.emit("ReduceSum", [x], { axes: [0], keepdims: 0 }),
      y,
    ]);
    const loaded = load(graph, { updates: new Map([[0, "x"]]) });
    const { data } = ramp(n);
    loaded.write("x", ramp(n));
    loaded.write("y", ramp(n));
    const [, sum, same] = loaded.run();
    expect(loaded.read("x").data, `length ${n}`).toEqual(data.map((v, i) => v - data[n - 1 - i]!));
    expect(sum!.data).toEqual([(n * (n - 1)) / 2]);
    expect(same!.data).toEqual(data);
    expect(loaded.read("y").data).toEqual(data);
  }
});

describe("a large memory", () => {
  test("addresses above 2 GiB are addresses", () => {
    const memory = new WebAssembly.Memory({ initial: 32_768 + 32 });
    const b = new Builder();
    const x = b.input("x", "float32", [4, 6]);
    const product = b.emit("MatMul", [x, b.transpose(x, [1, 0])]);
    const turned = b.emit("Slice", [x], { axes: [0], starts: [-1], ends: [-(2 ** 31)], steps: [-1] });
    const index = b.constant("int64", [3], Int32Array.of(3, 0, -1));
    const graph = b.graph([
      product,
      b.emit("Add", [turned, x]),
      b.emit("ReduceSum", [x], { axes: [0], keepdims: 0 }),
      b.emit("Concat", [x, turned], { axis: 1 }),
      b.emit("Gather", [x, index], { axis: 0 }),
      b.emit("Neg", [x]),
    ]);
    const run = (start: number): unknown => {
      const loaded = load(graph, { memory, start, updates: new Map([[5, "x"]]) });
      loaded.write("x", { dtype: "float32", shape: [4, 6], data: ramp(24).data });
      return [loaded.run(), loaded.read("x")];
    };
    expect(run(2 ** 31 + 64)).toEqual(run(64));
  });

  test("a memory that can't grow is told", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 12 });
    expect(() => load(plus(400_000, 1), { memory })).toThrow(
      new RangeError(
        "a compiled step needs 6 MiB of memory, which can't be had; use a smaller network or fewer examples per step.",
      ),
    );
  });
});
