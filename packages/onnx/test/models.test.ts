import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lax, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { expectSame } from "../../../test/onnx-harness.ts";
import { decodeModel, lower, toOnnx } from "../src/index.ts";
import { Builder } from "../src/ir/builder.ts";
import { encodeModel } from "../src/proto/encode.ts";

const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);
type P = { w: np.Array; layers: np.Array[] };
const net = (p: P, x: np.Array): { scores: np.Array; all: np.Array[] } => ({
  scores: np.matmul(x, p.w),
  all: p.layers.map((layer) => layer.mul(2)),
});
const args = (): [P, np.Array] => [
  { w: normal(1, [3, 2]), layers: [normal(2, [2]), normal(3, [4])] },
  normal(4, [5, 3]),
];
const io = (model: Uint8Array): string[][] => {
  const { input, output } = decodeModel(model).graph;
  return [input.map((x) => x.name), output.map((x) => x.name)];
};

describe("names, types and shapes", () => {
  test("the same function gives the same bytes, whatever was made before it", () => {
    const model = toOnnx(net, ...args());
    toOnnx((x: np.Array) => np.tanh(x), normal(5, [2]));
    expect(Buffer.from(toOnnx(net, ...args())).equals(Buffer.from(model))).toBe(true);
  });

  test("arguments by position and path, results by path", () => {
    expect(io(toOnnx(net, ...args()))).toEqual([
      ["input0.w", "input0.layers.0", "input0.layers.1", "input1"],
      ["scores", "all.0", "all.1"],
    ]);
    expect(io(toOnnx((x: np.Array) => x.mul(2), normal(1, [2])))).toEqual([["input0"], ["output"]]);
    expect(io(toOnnx((x: np.Array) => [x.ref.mul(2), x], normal(1, [2])))[1]).toEqual(["output0", "output1"]);
  });

  test("names that are given; an empty one leaves the path", () => {
    const { model } = lower(net, args(), { names: ["", "images"], results: ["logits", "a", "b"] });
    expect(io(model)).toEqual([
      ["w", "layers.0", "layers.1", "images"],
      ["logits", "a", "b"],
    ]);
  });

  test("results named like arguments get a prefix; two equal names and a wrong number of names are refused", () => {
    const same = (p: { w: np.Array }): { w: np.Array } => ({ w: p.w.mul(2) });
    expect(io(lower(same, [{ w: normal(1, [2]) }], { names: [""] }).model)).toEqual([["w"], ["output.w"]]);
    const two = (a: { w: np.Array }, b: { w: np.Array }): np.Array => a.w.add(b.w);
    const both = [{ w: normal(1, [2]) }, { w: normal(2, [2]) }];
    expect(() => lower(two, both, { names: ["", ""] })).toThrow(/two inputs would be called "w"/);
    expect(() => lower(net, args(), { results: ["logits"] })).toThrow(/has 3 results and 1 names were given/);
  });

  test("a result that is an argument, a constant, or another result is copied", async () => {
    const fn = (x: np.Array): np.Array[] => [x.ref, x.ref.mul(2), x.mul(2), np.array([1, 2, 3])];
    const { model } = await expectSame(fn, () => [normal(1, [3])], { web: true });
    expect(io(model)[1]).toEqual(["output0", "output1", "output2", "output3"]);
  });

  test("numbers and scalars are arguments too; examples are not consumed", async () => {
    await expectSame(
      (x: np.Array, a: np.Array) => x.mul(a),
      () => [normal(1, [3]), 2.5],
    );
    const x = normal(1, [3]);
    toOnnx((y: np.Array) => y.mul(2), x);
    expect(x.js()).toHaveLength(3);
    expect(() => toOnnx((y: np.Array) => y, "three")).toThrow(/argument input0 must be an array/);
  });
});

test("arrays that a function closes over keep the names that are given for them", () => {
  const [w, scale] = [normal(1, [3, 2]), normal(2, [2])];
  const fn = (x: np.Array): np.Array => np.matmul(x, w.ref).mul(scale.ref);
  for (const batch of [false, true]) {
    const { model } = lower(fn, [normal(3, [5, 3])], {
      constants: { "params.w": w, "params.scale": scale },
      batch,
    });
    expect(decodeModel(model).graph.initializer.map((x) => x.name)).toEqual(["params.w", "params.scale"]);
  }
  expect(w.js()).toHaveLength(3);
});

test("the model says who made it, and carries what it was given", () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
    version: string;
  };
  const metadata = { "hardgrad.experiment": "classifier", "hardgrad.seed": "1" };
  const { model } = lower((x: np.Array) => x.mul(2), [normal(1, [2])], {
    metadata,
    docString: "twice",
    graphName: "twice",
  });
  const { producerName, producerVersion, docString, graph, opsetImport, irVersion, metadataProps } =
    decodeModel(model);
  expect([producerName, producerVersion, docString, graph.name]).toEqual([
    "hardgrad",
    version,
    "twice",
    "twice",
  ]);
  expect([opsetImport, irVersion]).toEqual([[{ domain: "", version: 21 }], 10]);
  expect(Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]))).toEqual(metadata);
});

describe("what has no ONNX form is one sentence with the place", () => {
  test("a primitive", () => {
    const fn = (x: np.Array, y: np.Array): np.Array => {
      const spd = np.matmul(x.ref, np.transpose(x)).add(np.eye(3));
      return lax.linalg.cholesky(spd).mul(y);
    };
    expect(() => lower(fn, [normal(1, [3, 3]), normal(2, [3, 3])], { names: ["weights", "scale"] })).toThrow(
      /^toOnnx: the primitive cholesky has no ONNX form: step \d+ of \d+ of the traced function, cholesky -> float32\[3,3\], applied to float32\[3,3\] from \w+; it depends on weights\.$/,
    );
  });

  test("a use of a primitive", () => {
    const fn = (x: np.Array): np.Array => lax.bitcastConvertType(x, np.int32);
    expect(() => lower(fn, [normal(1, [3])])).toThrow(/bitcast from float32 to int32 .* argument input0/);
  });
});

test("a model beyond protobuf's 2 GB is refused before it is written", () => {
  const b = new Builder();
  const x = b.input("x", "float32", [1]);
  // Memory that nobody touches is not taken.
  const large = b.constant("bool", [2 ** 31], new Uint8Array(2 ** 31));
  const info = { opset: 21, graphName: "g", metadata: {}, producerVersion: "0" };
  const graph = b.graph([b.emit("Where", [large, x, x])]);
  expect(() => encodeModel(graph, ["y"], info)).toThrow(
    /does not fit a protobuf message of 2147483647 bytes; pass it as an argument/,
  );
  const half = [0, 1].map(() => b.constant("bool", [2 ** 30], new Uint8Array(2 ** 30)));
  const both = b.graph([b.emit("Where", [half[0]!, x, x]), b.emit("Where", [half[1]!, x, x])]);
  expect(() => encodeModel(both, ["y", "z"], info)).toThrow(/the model's constants take 2147483648 bytes/);
});
