import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import {
  entmax15,
  hardTopK,
  lapSum,
  neuralSort,
  relaxedTopK,
  softSort,
  softTopK,
  sparsemax,
} from "../../src/index.ts";

/** Functions of scores: what is no array of floats is refused in one sentence. */

const of: { readonly [name: string]: (x: np.Array) => np.Array } = {
  lapSum: (x) => lapSum(x, 1, 1),
  softTopK: (x) => softTopK(x, 1, 1),
  relaxedTopK: (x) => relaxedTopK(x, 1, 1),
  hardTopK: (x) => hardTopK(x, 1),
  neuralSort: (x) => neuralSort(x, 1),
  softSort: (x) => softSort(x, 1),
  sparsemax,
  entmax15,
};

test.each(Object.entries(of))("%s: a list, whole numbers, a scalar", (name, fn) => {
  const what = name === "sparsemax" || name === "entmax15" ? "logits" : "scores";
  expect(() => fn([1, 2] as never)).toThrow(
    `${name}: ${what} must be an array of jax-js, not a plain list; wrap numbers with np.array(...).`,
  );
  expect(() => fn(np.array([1, 2], { dtype: np.int32 }))).toThrow(
    `${name}: ${what} must be floating-point, not int32; use .astype(np.float32).`,
  );
  expect(() => fn(np.array(1))).toThrow(`${name}: ${what} must have at least one axis, but have shape []`);
  expect(fn(np.array([1, 2])).shape.length).toBeGreaterThan(0);
});

test("lapSum: no scores, one, and 100,000 with ties sum to k", () => {
  expect(() => lapSum(np.zeros([2, 0]), 1, 1)).toThrow(
    "lapSum: scores of shape [2,0] are empty; leave them out.",
  );
  expect([...(lapSum(np.array([3]), 0.5, 1).dataSync() as Float32Array)]).toEqual([0.5]);
  for (const scores of [np.zeros([1e5]), np.floor(np.linspace(0, 9.9, 1e5))]) {
    const p = lapSum(scores, 100, 0.1).dataSync() as Float32Array;
    // The threshold is about 7 from the scores and right to 5e-7: so are all values relative to themselves, 5e-5 in all.
    expect(Math.abs(p.reduce((sum: number, v) => sum + v, 0) - 100)).toBeLessThan(1e-4);
    expect(Math.min(...p.subarray(0, 10))).toBe(Math.max(...p.subarray(0, 10)));
  }
});
