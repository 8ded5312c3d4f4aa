import { Builder, type Value } from "@hardgrad/onnx/graph";
import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate, type Tensor } from "./graph-oracle.ts";
import { type RandomGraph, randomGraph } from "./random-graph.ts";
import { type Loaded, load, testThreads } from "./run-graph.ts";

const steps = fc.array(fc.nat(), { minLength: 1, maxLength: 16 });

/** -0 and 0 are the same number. */
const plain = ({ data, ...x }: Tensor): Tensor => ({ ...x, data: data.map((v) => v + 0) });

/** Runs a graph twice, on what the first run left, and expects what the oracle computes. */
function check({ graph, inputs, updates }: RandomGraph): void {
  expectOracle(load(graph, { updates }), { graph, inputs, updates });
}

function expectOracle(loaded: Loaded, { graph, inputs, updates }: RandomGraph): void {
  const state = new Map(inputs);
  for (const [name, x] of inputs) loaded.write(name, x);
  for (let n = 0; n < 2; n++) {
    const expected = evaluate(graph, state);
    for (const [i, name] of updates) state.set(name, expected[i]!);
    const found = loaded.run();
    expect(found.map(plain)).toEqual(expected.map(plain));
    for (const [name, x] of state) expect(plain(loaded.read(name)), name).toEqual(plain(x));
  }
}

test("any graph computes what its operators compute one by one, and replaces its state", () =>
  fc.assert(
    fc.property(fc.nat(), steps, (seed, of) => check(randomGraph(seed, of))),
    { seed: 1, numRuns: 600 },
  ));

test("so do two and three threads", async () => {
  for (const count of [2, 3]) {
    const threads = testThreads(count);
    await fc.assert(
      fc.asyncProperty(fc.nat(), steps, async (seed, of) => {
        const random = randomGraph(seed, of);
        const loaded = load(random.graph, { updates: random.updates, start: threads.start, threads });
        await loaded.ready;
        expectOracle(loaded, random);
      }),
      { seed: 2, numRuns: 100 },
    );
    threads.crew.close();
  }
});

/** A graph of two vectors and a number, x and y are replaced. */
function replacing(
  make: (b: Builder, x: Value, y: Value) => readonly [x: Value, y: Value, ...Value[]],
): void {
  const b = new Builder();
  const data = Array.from({ length: 11 }, (_, i) => i - 5);
  const inputs = new Map<string, Tensor>([
    ["x", { dtype: "float32", shape: [11], data }],
    ["y", { dtype: "float32", shape: [11], data: data.map((v) => v * v) }],
  ]);
  const [x, y] = [...inputs].map(([name, { dtype, shape }]) => b.input(name, dtype, shape)) as [Value, Value];
  const graph = b.graph(make(b, x, y));
  check({
    graph,
    inputs,
    updates: new Map([
      [0, "x"],
      [1, "y"],
    ]),
  });
}

test.each<[string, Parameters<typeof replacing>[0]]>([
  ["swapped", (_, x, y) => [y, x]],
  ["one becomes the other", (_, x) => [x, x]],
  ["both become the same", (b, x, y) => [b.emit("Add", [x, y]), b.emit("Add", [x, y])]],
  [
    "the old one is read before and after the new one",
    (b, x, y) => {
      const next = b.emit("Add", [x, y]);
      return [next, b.emit("Mul", [next, y]), b.emit("Sub", [next, x]), x];
    },
  ],
  [
    "the old one is read backwards",
    (b, x, y) => {
      const turned = b.emit("Slice", [x], { axes: [0], starts: [-1], ends: [-(2 ** 31)], steps: [-1] });
      return [b.emit("Add", [x, turned]), b.emit("Sub", [turned, y])];
    },
  ],
  [
    "the old one is summed",
    (b, x, y) => {
      const sum = b.emit("ReduceSum", [x], { axes: [0], keepdims: 1 });
      return [b.emit("Sub", [x, sum]), b.emit("Add", [y, sum]), sum];
    },
  ],
  ["the new one is a result twice", (b, x, y) => [b.emit("Neg", [x]), y, b.emit("Neg", [x])]],
])("arrays are replaced: %s", (_, make) => replacing(make));
