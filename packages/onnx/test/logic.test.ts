import { lax, numpy as np } from "@jax-js/jax";
import { a, type Case, c, int, ints, normal, testCases, uint, words, x1, x2 } from "./cases.ts";

const logic: readonly Case[] = [
  [
    "compare",
    x2(
      (x, y) =>
        [
          np.less(x.ref, y.ref),
          np.lessEqual(x.ref, y.ref),
          np.equal(x.ref, y.ref),
          np.notEqual(x, y),
        ] as never,
    ),
    () => ints(1, [3, 4]),
    () => ints(2, [4]),
  ],
  [
    "compare floats with NaN",
    x2(
      (x, y) =>
        [
          np.less(x.ref, y.ref),
          np.lessEqual(x.ref, y.ref),
          np.equal(x.ref, y.ref),
          np.notEqual(x, y),
        ] as never,
    ),
    () => np.array([1, Number.NaN, -Infinity, 0]),
    () => np.array([1, 2, Number.NaN, -0]),
  ],
  [
    "compare uint32",
    x2((x, y) => [np.less(x.ref, y.ref), np.greaterEqual(x, y)]),
    () => uint([1, 4000000000, 7]),
    () => uint([3000000000, 5, 7]),
  ],
  ["compare bool", x2((x, y) => np.equal(x.less(0), y.less(0))), a, c],
  [
    "where",
    (x: np.Array, y: np.Array, z: np.Array) => np.where(np.less(x, 0), y, z),
    a,
    c,
    () => normal(9, [5]),
  ],
  [
    "where, int and uint",
    (x: np.Array) => [
      np.where(np.less(x.ref, 0), int([1, 2, 3]), 5),
      np.where(np.less(x, 0), uint([1, 4000000000, 3]), uint([9, 9, 9])),
    ],
    () => normal(1, [3]),
  ],
  [
    "where, bool",
    (x: np.Array, y: np.Array) => np.where(np.less(x.ref, 0), np.less(y, 0), np.less(x, 1)),
    a,
    c,
  ],
  [
    "isnan, isinf, isfinite",
    x1((x: np.Array) => [np.isnan(x.ref), np.isinf(x.ref), np.isfinite(x)]),
    () => np.array([0, Number.NaN, Infinity, -Infinity]),
  ],
  [
    "cast",
    x1((x: np.Array) => [x.ref.astype(np.int32), x.ref.astype(np.bool), x.less(0).astype(np.float32)]),
    () => np.array([-2.7, -0.5, 0, 0.5, 2.7]),
  ],
  ["cast to uint32", x1((x: np.Array) => x.astype(np.uint32)), () => np.array([-2.7, 0, 0.5, 2.7, 3e9])],
  [
    "cast of integers",
    x1((x: np.Array) => [x.ref.astype(np.float32), x.ref.astype(np.uint32), x.astype(np.bool)]),
    () => ints(1, [5]),
  ],
  [
    "cast of uint32",
    x1((x: np.Array) => [x.ref.astype(np.float32), x.astype(np.int32)]),
    () => words(1, [5]),
  ],
  [
    "bitwise, int32",
    x2((x, y) => [np.bitwiseAnd(x.ref, y.ref), np.bitwiseOr(x.ref, y.ref), np.bitwiseXor(x, y)]),
    () => ints(1, [3, 4]),
    () => ints(2, [4]),
  ],
  ["bitwise, bool", x2((x, y) => np.logicalXor(x.less(0), y.less(0))), a, c],
  [
    "shifts",
    x2((x, y) => [np.leftShift(x.ref, y.ref), np.rightShift(x, y)]),
    () => words(1, [4]),
    () => uint([0, 1, 9, 31]),
  ],
  ["bitcast of words", x1((x: np.Array) => lax.bitcastConvertType(x, np.int32)), () => words(1, [5])],
  ["bit count", x1(np.bitwiseCount), () => words(1, [7])],
  [
    "any, all",
    x1((x: np.Array) => [np.any(x.ref.less(-1), 0), np.all(x.less(1), [0, 1])]),
    () => normal(1, [3, 5]),
  ],
];

testCases({ logic });
