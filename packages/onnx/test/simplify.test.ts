import { nn, numpy as np, random } from "@jax-js/jax";
import { grad } from "hardgrad";
import { describe, expect, test } from "vitest";
import { expectSame } from "../../../test/onnx-harness.ts";
import { decodeModel, type Lowered, type Traceable } from "../src/index.ts";

const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);
const x = (): np.Array => normal(1, [3, 5]).mul(4);
const w = (): np.Array => normal(2, [3, 5]);
const softplus = (a: np.Array): np.Array => np.logaddexp(a, 0);
const sigmoid = (a: np.Array): np.Array => nn.sigmoid(np.clip(a, -80, 80));
/** The gradient of `sum(fn(a) b)`. */
const slope =
  (fn: (a: np.Array) => np.Array): Traceable =>
  (a: np.Array, b: np.Array) =>
    grad((u: np.Array) => np.sum(fn(u).mul(b)))(a);

const operators = ({ model }: Lowered): string[] => decodeModel(model).graph.node.map((node) => node.opType);

/** What is left of a function, in order; the values are those of jax-js in every case. */
const functions: readonly (readonly [
  name: string,
  expected: string,
  fn: Traceable,
  ...args: (() => np.Array)[],
])[] = [
  ["tanh", "Tanh", (a: np.Array) => np.tanh(a), x],
  ["gradient of tanh", "Tanh Mul Sub Mul", slope(np.tanh), x, w],
  ["sigmoid", "Sigmoid", (a: np.Array) => nn.sigmoid(a), x],
  ["gradient of sigmoid", "Sigmoid Sub Mul Mul", slope(nn.sigmoid), x, w],
  ["sigmoid of clipped logits", "Sigmoid", sigmoid, x],
  ["softplus", "Softplus", softplus, x],
  ["gradient of softplus", "Sigmoid Mul", slope(softplus), x, w],
  ["log sigmoid", "Neg Softplus Neg", (a: np.Array) => softplus(a.mul(-1)).mul(-1), x],
  ["softmax", "Softmax", (a: np.Array) => nn.softmax(a, 0), x],
  ["log softmax", "LogSoftmax", (a: np.Array) => nn.logSoftmax(a, -1), x],
  ["argmax", "ArgMax Cast", (a: np.Array) => np.argmax(a, 1), x],
  ["argmin of all", "Reshape ArgMin Cast", (a: np.Array) => np.argmin(a), x],
  ["absolute value", "Abs", (a: np.Array) => np.abs(a), x],
  ["sign", "Sign", (a: np.Array) => np.sign(a), x],
  ["not a number", "IsNaN", (a: np.Array) => np.isnan(a), x],
  ["relu", "Relu", (a: np.Array) => nn.relu(a), x],
  ["round", "Round", (a: np.Array) => np.round(a), () => np.array([-2.5, -1.5, -0.7, 0.5, 1.5, 2.5])],
  ["cumulative sum", "CumSum", (a: np.Array) => np.cumsum(a, 1), x],
  ["gradient of cumulative sum", "CumSum", slope((a) => np.cumsum(a, 1)), x, w],
  ["clip", "Clip", (a: np.Array) => np.clip(a, -1, 2), x],
];

describe("functions are recognised in the form in which jax-js writes them", () => {
  for (const [name, expected, fn, ...args] of functions)
    test(`${name}: ${expected}`, async () => {
      expect(operators(await expectSame(fn, () => args.map((arg) => arg()))).join(" ")).toBe(expected);
    });

  test("log1p has a third of the operators", async () => {
    // Twice the error of jax-js's logarithm; see accuracy.test.ts.
    const lowered = await expectSame(
      (a: np.Array) => np.log1p(a),
      () => [np.linspace(-0.9, 3, 40)],
      { tolerance: 3e-5 },
    );
    expect(operators(lowered).join(" ")).toBe("Add Log Sub Sub Div Equal Sub Where");
  });

  test("a small probability under a logarithm keeps its precision", async () => {
    const lowered = await expectSame(
      (a: np.Array) => np.log(nn.sigmoid(a)),
      () => [np.array([-40, -20, 0, 20])],
    );
    expect(operators(lowered)).not.toContain("Sigmoid");
  });

  test("another function of the same shape is left as it is", async () => {
    const almost = (a: np.Array): np.Array => np.reciprocal(np.exp(a).add(1.5));
    expect(operators(await expectSame(almost, () => [x()]))).not.toContain("Sigmoid");
    const scaled = (a: np.Array): np.Array => {
      const j = np.where(np.less(a.ref, 0), 1, -1);
      const m = np.exp(a.mul(j.ref).mul(3));
      return m.ref.sub(1).div(m.add(1)).mul(j);
    };
    expect(operators(await expectSame(scaled, () => [x()]))).not.toContain("Tanh");
  });
});

const algebra: typeof functions = [
  ["x + 0, x * 1", "Neg", (a: np.Array) => np.negative(a.add(0).mul(1)), x],
  ["numbers in a row", "Mul Add", (a: np.Array) => a.mul(3).mul(0.5).add(1).add(2), x],
  [
    "numbers that cancel stay apart",
    "Add Add",
    (a: np.Array) => a.add(1e4).add(-1e4).reshape([15]).reshape([3, 5]),
    () => np.round(x()),
  ],
  ["x - y, -(x - y)", "Sub", (a: np.Array, b: np.Array) => np.negative(a.sub(b)), x, w],
  ["(-x) y + z", "Mul Sub", (a: np.Array, b: np.Array) => np.negative(a.ref).mul(b).add(a), x, w],
  ["x / y", "Div", (a: np.Array, b: np.Array) => a.div(b), x, w],
  [
    "1 / y used twice stays one reciprocal",
    "Reciprocal Mul Mul Mul Add",
    (a: np.Array, b: np.Array) => {
      const r = np.reciprocal(b);
      return a.ref.mul(r.ref).add(np.square(a).mul(r)).reshape([15]).reshape([3, 5]);
    },
    () => np.ones([3, 5]).mul(2),
    w,
  ],
  ["equal expressions", "Exp Mul", (a: np.Array) => np.exp(a.ref).mul(np.exp(a)), w],
  ["commuted operands", "Mul Mul", (a: np.Array, b: np.Array) => a.ref.mul(b.ref).mul(b.mul(a)), x, w],
  ["reshapes in a row", "Reshape", (a: np.Array) => a.reshape([5, 3]).reshape([15]), x],
  ["transposes that undo each other", "Identity", (a: np.Array) => np.transpose(np.transpose(a)), x],
  [
    "transposes in a row",
    "Transpose",
    (a: np.Array) => np.transpose(np.transpose(a, [1, 2, 0]), [1, 0, 2]),
    () => normal(1, [2, 3, 5]),
  ],
  ["constants", "Add", (a: np.Array) => a.add(np.sqrt(np.array([4, 9, 16, 25, 36])).mul(2)), x],
];

describe("algebra and layout", () => {
  for (const [name, expected, fn, ...args] of algebra)
    test(`${name}: ${expected}`, async () => {
      expect(operators(await expectSame(fn, () => args.map((arg) => arg()))).join(" ")).toBe(expected);
    });

  test("x times 0 is 0, as in jax-js's compiler, and vanishes from sums and products", async () => {
    const fn = (a: np.Array, b: np.Array): np.Array =>
      np.matmul(a.ref.mul(0), b).add(np.sum(a, 1, { keepdims: true }));
    const lowered = await expectSame(fn, () => [x(), normal(3, [5, 4])]);
    expect(operators(lowered).join(" ")).toBe("ReduceSum Reshape Expand");
    await expectSame(
      (a: np.Array) => a.mul(0),
      () => [np.array([1, -1, Infinity])],
    );
  });

  test("a constant of equal elements is one number", async () => {
    const zeros = np.zeros([200, 300]);
    const { model } = await expectSame(
      (a: np.Array) => a.add(zeros.ref).mul(2),
      () => [normal(1, [300])],
    );
    expect(model.length).toBeLessThan(1000);
  });

  test("broadcast axes are not filled before a product", async () => {
    const fn = (a: np.Array, b: np.Array): np.Array => np.matmul(np.broadcastTo(a, [7, 3, 5]), b);
    const lowered = await expectSame(fn, () => [normal(1, [3, 5]), normal(2, [5, 4])]);
    expect(operators(lowered).join(" ")).toBe("MatMul Reshape Expand");
  });
});

const v = (n: number) => (): np.Array => normal(n, [n]);
const products: typeof functions = [
  [
    "a layer",
    "Gemm",
    (a: np.Array, b: np.Array, c: np.Array) => np.matmul(a, b).add(c),
    x,
    () => normal(3, [5, 4]),
    v(4),
  ],
  [
    "transposed operands",
    "Gemm",
    (a: np.Array, b: np.Array) => np.matmul(np.transpose(a), np.transpose(b)),
    () => normal(1, [5, 3]),
    () => normal(2, [4, 5]),
  ],
  [
    "a transposed result",
    "Gemm",
    (a: np.Array, b: np.Array) => np.transpose(np.matmul(a, b)),
    x,
    () => normal(3, [5, 4]),
  ],
  [
    "the gradients of a layer",
    "Gemm Gemm",
    (a: np.Array, b: np.Array, c: np.Array) =>
      grad((p: [np.Array, np.Array]) => np.sum(np.matmul(p[0], p[1]).mul(c)))([a, b]),
    x,
    () => normal(3, [5, 4]),
    () => normal(4, [3, 4]),
  ],
];

describe("matrix products take up what surrounds them", () => {
  for (const [name, expected, fn, ...args] of products)
    test(`${name}: ${expected}`, async () => {
      expect(operators(await expectSame(fn, () => args.map((arg) => arg()))).join(" ")).toBe(expected);
    });
});
