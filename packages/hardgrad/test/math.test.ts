import "./setup.ts";
import { jit, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { grad } from "../src/gradients.ts";
import { log, log1p, logaddexp, logSigmoid, logSoftmax, logsumexp, sigmoid, softplus } from "../src/math.ts";

/**
 * Errors of every elementary function that a law is made of, against float64. Small values decide: how often a rare
 * category is drawn is the size of a logarithm near 0, so errors are relative. 4e-7 is three to four units in the last place.
 */

const between = (low: number, high: number, sign = 1): number[] =>
  Array.from({ length: 400 }, (_, i) => sign * Math.exp(low + ((high - low) * (i + 0.5)) / 400));
const magnitudes = between(Math.log(1e-7), Math.log(100));
const signed = [0, ...magnitudes, ...magnitudes.map((x) => -x), 1e-30, -1e-30, 100, -100, 1e30, -1e30];
const nearOne = [...between(-16, -0.7).flatMap((d) => [1 - d, 1 + d]), 1 - 2 ** -24, 1 + 2 ** -23];
const positive = [...between(-87, 88), ...nearOne, 1, 0.5, 2, 1.2e-38, 3e38];

const softplusOf = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const rows: readonly [string, (x: np.Array) => np.Array, (x: number) => number, readonly number[], number][] =
  [
    ["log", log, Math.log, positive, 4e-7],
    [
      "log1p",
      log1p,
      Math.log1p,
      [...signed.filter((x) => x > -1), ...nearOne.map((x) => x - 1).filter((x) => x > -1)],
      4e-7,
    ],
    ["softplus", softplus, softplusOf, signed, 5e-6],
    ["logSigmoid", logSigmoid, (x) => -softplusOf(-x), signed, 5e-6],
    ["sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x)), signed.filter((x) => Math.abs(x) < 80), 5e-6],
  ];

for (const [name, fn, right, inputs, bound] of rows)
  test(`${name} is right to ${bound} of its value, eager and compiled`, () => {
    const x = Float32Array.from(inputs);
    for (const call of [fn, jit(fn)]) {
      const y = call(np.array(x)).dataSync();
      const errors = [...x].map((v, i) => {
        const want = right(v);
        // exp() of jax-js gives 0 below float32's normal numbers.
        return { v, error: Math.abs(y[i]! - want) / Math.max(Math.abs(want), 1.2e-38 / bound) };
      });
      expect(errors.filter(({ error }) => !(error <= bound))).toEqual([]);
    }
  });

test("derivatives are 1 / x, 1 / (1 + x) and sigmoid(x), also far out", () => {
  const at = (fn: (x: np.Array) => np.Array, x: number[]): number[] => [
    ...grad((a: np.Array) => np.sum(fn(a)))(np.array(x)).dataSync(),
  ];
  const near = (got: number[], want: number[]): void => {
    for (const [i, g] of got.entries())
      expect(Math.abs(g - want[i]!)).toBeLessThan(1e-6 * Math.abs(want[i]!) + 1e-37);
  };
  near(at(log, [1e-20, 0.3, 0.999999, 7]), [1e20, 1 / Math.fround(0.3), 1 / Math.fround(0.999999), 1 / 7]);
  near(at(log1p, [-0.9, 0, 1e-9, 5]), [1 / (1 + Math.fround(-0.9)), 1, 1, 1 / 6]);
  const ends = [-16, -1, 0, 1, 16];
  const slope = (x: number): number => 1 / (1 + Math.exp(-x));
  near(at(softplus, ends), ends.map(slope));
  near(
    at(logSigmoid, ends),
    ends.map((x) => slope(-x)),
  );
  expect(at(softplus, [100, Number.POSITIVE_INFINITY, -100, Number.NEGATIVE_INFINITY])).toEqual([1, 1, 0, 0]);
});

test("infinities and NaN", () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
  const at = (fn: (x: np.Array) => np.Array, x: number[]): number[] => [...fn(np.array(x)).dataSync()];
  expect(at(log, [0, inf, nan, -1])).toEqual([-inf, inf, nan, nan]);
  expect(at(log1p, [-1, inf, nan, -2])).toEqual([-inf, inf, nan, nan]);
  expect(at(softplus, [-inf, inf, nan])).toEqual([0, inf, nan]);
  expect(at(logSigmoid, [-inf, inf, nan])).toEqual([-inf, 0, nan]);
  const pairs = logaddexp(np.array([-inf, -inf, 1, inf, nan, 0]), np.array([-inf, 2, -inf, 3, 0, nan]));
  expect([...pairs.dataSync()]).toEqual([-inf, 2, 1, inf, nan, nan]);
  expect(
    logsumexp(
      np.array([
        [-inf, -inf],
        [-inf, 4],
        [nan, 0],
      ]),
    ).js(),
  ).toEqual([-inf, 4, nan]);
  expect(grad((x: np.Array) => logaddexp(x, np.array(-inf)))(np.array(2)).js()).toBe(1);
});

test("logaddexp and logsumexp lose nothing to a common shift or to ties", () => {
  for (const shift of [0, -1e9, 1e8, 3e30])
    expect(logSoftmax(np.array([shift, shift, shift])).js()).toEqual(
      [0, 1, 2].map(() => Math.fround(-Math.log(3))),
    );
  const [x, y] = [np.array([0, 3, -20, 5]), np.array([0, -13, -20, 5.001])];
  const want = [0, 1, 2, 3].map((i) => {
    const [a, b] = [[0, 3, -20, 5][i]!, Math.fround([0, -13, -20, 5.001][i]!)];
    return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
  });
  const sums: number[] = logaddexp(x, y).js();
  for (const [i, v] of sums.entries())
    expect(Math.abs(v - want[i]!)).toBeLessThan(3e-7 * Math.max(1, Math.abs(want[i]!)));
});

test("log softmax of a category that is nearly certain is the small number it is", () => {
  const [sure, rare] = logSoftmax(np.array([0, -20])).dataSync();
  expect(Math.abs(sure! / -Math.log1p(Math.exp(-20)) - 1)).toBeLessThan(2e-6);
  expect(rare).toBe(-20);
});
