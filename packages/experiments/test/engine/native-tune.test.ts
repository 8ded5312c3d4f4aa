import { decodeModel, type Lowered, type Traceable } from "@hardgrad/onnx";
import { nn, numpy as np, random, vjp } from "@jax-js/jax";
import { expect, test } from "vitest";
import { expectSame } from "../../../../test/onnx-harness.ts";
import { lowerNative } from "../../src/engine/backends/native/lower.ts";

const normal = (seed: number, ...shape: number[]): np.Array => random.normal(random.key(seed), shape);
const native = { by: lowerNative, web: false } as const;
const operators = ({ model }: Lowered): string =>
  decodeModel(model)
    .graph.node.map((n) => n.opType)
    .join(" ");

/** What is left of a function for onnxruntime; the values are those of jax-js in every case. */
const cases: readonly (readonly [name: string, expected: string, fn: Traceable, args: () => np.Array[]])[] = [
  [
    "a product under a transpose of four axes",
    "Reshape Reshape Gemm",
    (x: np.Array, y: np.Array) => np.matmul(x.transpose([2, 0, 1]).reshape([5, 12]), y.reshape([12, 2])),
    () => [normal(1, 3, 4, 5), normal(2, 3, 4, 2)],
  ],
  [
    "a bias after the rows are parted",
    "Reshape Gemm Reshape",
    (x: np.Array, w: np.Array, b: np.Array) => np.matmul(x, w).add(b),
    () => [normal(1, 2, 3, 4), normal(2, 4, 5), normal(3, 5)],
  ],
  [
    "a number times a product",
    "Gemm",
    (x: np.Array, w: np.Array) => np.matmul(x, w).mul(0.5).mul(-3),
    () => [normal(1, 3, 4), normal(2, 4, 5)],
  ],
  [
    "the head of a sorted list, transposed and cast on the way",
    "Transpose TopK Cast Transpose",
    (x: np.Array) => np.split(np.argsort(x, 0), [3], 0)[0]!,
    () => [normal(1, 9, 4)],
  ],
  [
    "a part of lists that were joined",
    "Abs",
    (x: np.Array, y: np.Array) => {
      const [first, second] = np.split(np.concatenate([x, y], 0), [2], 0) as [np.Array, np.Array];
      first.dispose();
      return np.abs(second);
    },
    () => [normal(1, 2, 4), normal(2, 3, 4)],
  ],
  [
    "a sum along an axis beside one of length 1",
    "Reshape ReduceSum Reshape",
    (x: np.Array) => np.sum(x, 0),
    () => [normal(1, 7, 1)],
  ],
  [
    "a column times a row",
    "MatMul",
    (x: np.Array, y: np.Array) => x.mul(y),
    () => [normal(1, 1000, 1), normal(2, 1, 8)],
  ],
  [
    "a column that is subtracted from short rows",
    "MatMul Sub",
    (x: np.Array, y: np.Array) => x.sub(y),
    () => [normal(1, 1000, 8), normal(2, 1000, 1)],
  ],
  [
    "the softmax of many short rows",
    "ReduceMax MatMul Sub Exp MatMul Div",
    (x: np.Array) => nn.softmax(x, -1),
    () => [normal(1, 1000, 8).mul(30)],
  ],
  ["the softmax of few rows", "Softmax", (x: np.Array) => nn.softmax(x, -1), () => [normal(1, 100, 8)]],
];

test.each(cases)("%s", async (_, expected, fn, args) => {
  const lowered = await expectSame(fn, args, native);
  expect(operators(lowered)).toBe(expected);
});

test("rules leave alone what they do not fit", async () => {
  // The whole sorted list is read too; a bias per row, not per column; a part across two lists.
  const whole = (x: np.Array): np.Array[] => {
    const order = np.argsort(x, 0);
    return [np.split(order.ref, [3], 0)[0]!, order];
  };
  expect(operators(await expectSame(whole, () => [normal(1, 9, 4)], native))).toContain("TopK");
  const rows = (x: np.Array, w: np.Array, b: np.Array): np.Array => np.matmul(x, w).add(b);
  await expectSame(rows, () => [normal(1, 2, 3, 4), normal(2, 4, 5), normal(3, 3, 1)], native);
  const across = (x: np.Array, y: np.Array): np.Array => np.split(np.concatenate([x, y], 0), [1, 4], 0)[1]!;
  await expectSame(across, () => [normal(1, 2, 4), normal(2, 3, 4)], native);
});

test("a gradient through a layer, transposes and all, is two products", () => {
  const fn = (x: np.Array, w: np.Array, g: np.Array): np.Array[] => {
    const [y, back] = vjp((u: np.Array, v: np.Array) => np.matmul(u, v), [x, w]) as unknown as [
      np.Array,
      (g: np.Array) => np.Array[],
    ];
    y.dispose();
    return back(g);
  };
  const lowered = lowerNative(fn, [normal(1, 2, 6, 4), normal(2, 4, 5), normal(3, 2, 6, 5)]);
  const found = operators(lowered);
  expect(found.match(/Gemm|MatMul/g)).toHaveLength(2);
  expect(found).not.toContain("Transpose");
});
