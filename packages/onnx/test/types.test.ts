import { type DType, lax, nn, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { expectClose, runJax, runModel } from "../../../test/onnx-harness.ts";
import { LoweringError, lower, type Traceable } from "../src/index.ts";

/**
 * Every primitive for every type of its operands: onnxruntime's results are those of jax-js (eager), or `lower` refuses
 * with a sentence, or jax-js itself refuses.
 */

const types = ["float32", "int32", "uint32", "bool"] as const;
type Type = (typeof types)[number];
const typeOf = (t: Type): DType => t as string as DType;

const least = -2147483648;
const most = 4294967295;
const bools = (text: string): boolean[] => Array.from(text, (c) => c === "1");
const first: { readonly [T in Type]: readonly (number | boolean)[] } = {
  float32: [-Infinity, -3.5, -2.5, -1, -0.5, -0, 0, 0.5, 1, 1.5, 2, 3, 1e4, -1e10, Infinity, 3e9],
  int32: [least, -7, -3, -2, -1, 0, 1, 2, 3, 5, 7, 31, 32, 65536, 2147483646, 2147483647],
  uint32: [0, 1, 2, 3, 5, 7, 31, 32, 33, 65536, 2147483647, 2147483648, 3000000000, most - 1, most, 9],
  bool: bools("1011001010011011"),
};
/** The second operand: no zero, by which jax-js does not divide integers, and no -1 below -2^31. */
const second: typeof first = {
  float32: [2, -2, 0.25, 1, Infinity, 1, -0.5, 4, 3, 1.5, 2, -3, 0.75, 0.5, Infinity, 1],
  int32: [5, 2, -2, 1, 3, 33, 2147483647, -3, 3, 2, -7, 1, 31, 65536, 2, -1],
  uint32: [1, 2, 4, 3000000000, 2, 3, 5, 31, 32, 65537, 2, 1, 2, 3, most, 40],
  bool: bools("1101010011010010"),
};
const withNaN = [
  Number.NaN,
  0,
  -0,
  1,
  Number.NaN,
  2,
  -3,
  Infinity,
  1,
  1,
  2,
  2,
  4,
  -Infinity,
  0.5,
  Number.NaN,
];

const table = (list: readonly (number | boolean)[], dtype: Type): np.Array =>
  np.array([...list] as number[], { dtype: typeOf(dtype) }).reshape([4, 4]);

// biome-ignore lint/suspicious/noExplicitAny: a table of functions of arrays.
type Functions = { readonly [name: string]: (...x: any[]) => unknown };

const index = (): np.Array => np.array([0, 3, 1], { dtype: np.int32 });

const one: Functions = {
  neg: np.negative,
  abs: np.abs,
  sign: np.sign,
  floor: np.floor,
  ceil: np.ceil,
  round: np.round,
  trunc: np.trunc,
  square: np.square,
  reciprocal: np.reciprocal,
  sqrt: np.sqrt,
  exp: np.exp,
  log: np.log,
  sin: (x: np.Array) => np.sin(np.clip(x, -100, 100)),
  cos: (x: np.Array) => np.cos(np.clip(x, -100, 100)),
  asin: np.arcsin,
  atan: np.arctan,
  tanh: np.tanh,
  erf: lax.erf,
  erfc: lax.erfc,
  invert: np.invert,
  bitCount: np.bitwiseCount,
  isnan: np.isnan,
  isfinite: np.isfinite,
  not: np.logicalNot,
  ...Object.fromEntries(types.map((t) => [`cast to ${t}`, (x: np.Array) => x.astype(typeOf(t))])),
  ...Object.fromEntries(
    (["float32", "int32", "uint32"] as const).map((t) => [
      `bitcast to ${t}`,
      (x: np.Array) => lax.bitcastConvertType(x, typeOf(t)),
    ]),
  ),
  sum: (x: np.Array) => np.sum(x, -1),
  "sum of copies": (x: np.Array) => np.sum(np.broadcastTo(x.reshape([4, 1, 4]), [4, 3, 4]), 1),
  prod: (x: np.Array) => np.prod(x, -1),
  "prod of 3 and 4": (x: np.Array) => np.prod(np.broadcastTo(x.reshape([4, 1, 4]), [4, 3, 4]), [1, 2]),
  max: (x: np.Array) => np.max(x, -1),
  min: (x: np.Array) => np.min(x, -1),
  mean: (x: np.Array) => np.mean(x, -1),
  all: (x: np.Array) => np.all(x, -1),
  any: (x: np.Array) => np.any(x, -1),
  argmax: (x: np.Array) => np.argmax(x, -1),
  argmin: (x: np.Array) => np.argmin(x, -1),
  cumsum: (x: np.Array) => np.cumsum(x, -1),
  cumprod: (x: np.Array) => np.cumprod(x, -1),
  sort: (x: np.Array) => np.sort(x, -1),
  argsort: (x: np.Array) => np.argsort(x, -1),
  topK: (x: np.Array) => lax.topK(x, 2),
  transpose: (x: np.Array) => np.transpose(x),
  flip: (x: np.Array) => np.flip(x, 1),
  slice: (x: np.Array) => x.slice([], [1, 3]),
  pad: (x: np.Array) =>
    np.pad(x, [
      [1, 0],
      [0, 2],
    ]),
  concatenate: (x: np.Array) => np.concatenate([x.ref, x], 0),
  split: (x: np.Array) => np.split(x, [1], 1),
  take: (x: np.Array) => np.take(x, index(), 0),
  "gather of pairs": (x: np.Array) => x.slice(index(), index()),
  "one-hot": (x: np.Array) => nn.oneHot(np.clip(x, 0, 4), 5),
  clip: (x: np.Array) => np.clip(x, -2, 3),
  relu: nn.relu,
  "matrix product": (x: np.Array) => np.matmul(x.ref, x),
  ...Object.fromEntries(
    [-3, 2, 0.5].flatMap((n): [string, (x: np.Array) => unknown][] => [
      [`add ${n}`, (x) => x.add(n)],
      [`sub ${n}`, (x) => x.sub(n)],
      [`mul ${n}`, (x) => x.mul(n)],
      [`less than ${n}`, (x) => np.less(x, n)],
      [`equal to ${n}`, (x) => np.equal(x, n)],
      [`min with ${n}`, (x) => np.minimum(x, n)],
      [`where, or ${n}`, (x) => np.where(np.equal(x.ref, 1), x, n)],
    ]),
  ),
  "div by 2": (x: np.Array) => x.div(2),
  "mod 3": (x: np.Array) => x.mod(3),
};

const two: Functions = {
  add: np.add,
  sub: np.subtract,
  mul: np.multiply,
  div: (x: np.Array, y: np.Array) => x.div(y),
  "floor divide": np.floorDivide,
  remainder: np.remainder,
  fmod: np.fmod,
  mod: (x: np.Array, y: np.Array) => x.mod(y),
  min: np.minimum,
  max: np.maximum,
  less: np.less,
  "less or equal": np.lessEqual,
  equal: np.equal,
  "not equal": np.notEqual,
  and: np.bitwiseAnd,
  or: np.bitwiseOr,
  xor: np.bitwiseXor,
  "logical xor": np.logicalXor,
  "shift left": np.leftShift,
  "shift right": np.rightShift,
  where: (x: np.Array, y: np.Array) => np.where(np.array([true, false, true, false]), x, y),
  "matrix product": np.matmul,
};

/** What `lower` refuses; no more, no less. */
const refused: { readonly [name: string]: readonly string[] } = {
  neg: ["bool"],
  round: ["int32", "uint32", "bool"],
  trunc: ["bool"],
  "bitcast to float32": ["int32", "uint32"],
  "bitcast to int32": ["float32"],
  "bitcast to uint32": ["float32"],
  sum: ["bool"],
  "sum of copies": ["bool"],
  prod: ["bool"],
  "prod of 3 and 4": ["bool"],
  "matrix product": ["bool", "bool, bool"],
  sub: ["float32, bool", "int32, bool", "uint32, bool", "bool, bool"],
  div: ["uint32, float32", "bool, float32", "bool, int32", "bool, uint32"],
  "floor divide": ["uint32, float32", "bool, float32", "bool, int32", "bool, uint32"],
  remainder: [
    "int32, bool",
    "uint32, float32",
    "uint32, bool",
    "bool, float32",
    "bool, int32",
    "bool, uint32",
    "bool, bool",
  ],
  fmod: ["uint32, float32", "bool, float32", "bool, int32", "bool, uint32", "bool, bool"],
  mod: [
    "int32, bool",
    "uint32, float32",
    "uint32, bool",
    "bool, float32",
    "bool, int32",
    "bool, uint32",
    "bool, bool",
  ],
};

type Outcome = "the same" | "refused" | "jax-js refuses";

async function outcome(fn: Traceable, args: () => np.Array[]): Promise<Outcome> {
  let expected: ReturnType<typeof runJax>;
  try {
    expected = runJax(fn, args());
  } catch {
    return "jax-js refuses";
  }
  let lowered: ReturnType<typeof lower>;
  try {
    lowered = lower(fn, args());
  } catch (error) {
    if (!(error instanceof LoweringError && /^toOnnx: .*(cast|has no ONNX|leave)/.test(error.message)))
      throw error;
    return "refused";
  }
  expectClose(await runModel(lowered, args()), expected, 1e-5);
  return "the same";
}

describe("one operand", () => {
  test.each(Object.entries(one))("%s", async (name, fn) => {
    const found: string[] = [];
    for (const type of types)
      if ((await outcome(fn, () => [table(first[type], type)])) === "refused") found.push(type);
    expect(found).toEqual(refused[name]?.filter((t) => !t.includes(",")) ?? []);
  });
});

describe("two operands", () => {
  test.each(Object.entries(two))("%s", async (name, fn) => {
    const found: string[] = [];
    for (const p of types)
      for (const q of types)
        if ((await outcome(fn, () => [table(first[p], p), table(second[q], q)])) === "refused")
          found.push(`${p}, ${q}`);
    expect(found).toEqual(refused[name]?.filter((t) => t.includes(",")) ?? []);
  });
});

describe("NaN", () => {
  /** Which of several numbers NaN is, ONNX does not say, and onnxruntime may lose it (docs/limitations.md). */
  const order = ["max", "min", "argmax", "argmin", "sort", "argsort", "topK", "one-hot"];
  const functions = Object.entries(one).filter(([name]) => !order.includes(name));
  test.each(functions)("%s", async (name, fn) => {
    const given = await outcome(fn, () => [table(withNaN, "float32")]);
    expect(given === "refused").toBe(refused[name]?.includes("float32") ?? false);
  });
  const pairs = Object.entries(two).filter(([, fn]) => fn.length < 3);
  test.each(pairs)("%s, on either side", async (_, fn) => {
    const [x, y] = [
      (): np.Array => table(withNaN, "float32"),
      (): np.Array => table(second.float32, "float32"),
    ];
    await outcome(fn, () => [x(), y()]);
    await outcome(fn, () => [y(), x()]);
  });
});

test("the edges of integer division: the least by -1 wraps and does not stop the process, by 0 is an error", async () => {
  const word = (list: number[]): np.Array => np.array(list, { dtype: np.int32 });
  const both = (x: np.Array, y: np.Array): np.Array[] => [x.ref.div(y.ref), x.mod(y)];
  const lowered = lower(both, [word([0, 0, 0]), word([1, 1, 1])]);
  expect(await runModel(lowered, [word([7, 8, least]), word([-2, -1, -1])])).toEqual([
    [-3, -8, least],
    [1, 0, 0],
  ]);
  await expect(runModel(lowered, [word([7, 8, 9]), word([1, 0, 1])])).rejects.toThrow(/by zero/);
});

test("a refusal names the primitive, the type, the way out and the place", () => {
  const x = np.array([true, false]);
  expect(() => lower((b: np.Array) => np.negative(b), [x])).toThrow(LoweringError);
  expect(() => lower((b: np.Array) => np.negative(b), [x])).toThrow(
    /^toOnnx: neg of bool has no ONNX form; cast to int32 or float32 first: step 1 of 1 .* bool\[2\] argument input0/,
  );
  expect(() => lower(np.round, [np.array([1, 2], { dtype: np.int32 })])).toThrow(
    /^toOnnx: floor of int32, which is whole already; leave it \(or round\) out/,
  );
});
