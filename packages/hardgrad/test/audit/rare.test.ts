import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { heavyTailOf, withoutRareValues } from "../../src/audit/rare.ts";
import { MISSED } from "../../src/audit/statistics.ts";
import {
  bernoulli,
  binomial,
  categorical,
  type Distribution,
  plackettLuce,
  poisson,
  subset,
} from "../../src/index.ts";

/** Rare: expected fewer than 400 times, which exp(-distance) says; brought to a distance of 3. */
describe("logits under which rare values are frequent", () => {
  const of = (make: (a: np.Array) => Distribution, logits: number[], samples: number) =>
    withoutRareValues(make(np.array(logits)), logits, samples);

  test("Bernoulli: beyond 3 and rarer than 400 of the samples, up to 60", () => {
    // exp(-5) of 10,000 is 67; exp(-3.1) is 450.
    expect(of(bernoulli, [5, -5, 0.4, 2.9, -3.1], 10_000)).toEqual([3, -3, 0.4, 2.9, -3.1]);
    expect(of(bernoulli, [3.1, -3.1], 1000)).toEqual([3, -3]);
    expect(of(bernoulli, [59, -59], 1000)).toEqual([3, -3]);
    expect(of(bernoulli, [60, -60, 0.2], 1000)).toBeUndefined();
    expect(of(bernoulli, [2.9, -3], 1000)).toBeUndefined();
    // exp(-7.8) is 1 in 2441: 410 of a million, and exp(-7.85) 390.
    expect(of(bernoulli, [7.8], 1_000_000)).toBeUndefined();
    expect(of(bernoulli, [7.85], 1_000_000)).toEqual([3]);
  });
  test("hard sigmoid: within [-1, 1], to 0.9; what is constant stays", () => {
    const hard = (a: np.Array) => bernoulli(a, { probability: "hard-sigmoid" });
    expect(of(hard, [0.99, -0.99, 0.5, 1, -3], 1000)).toEqual([0.9, -0.9, 0.5, 1, -3]);
    expect(of(hard, [0.91], 1000)).toEqual([0.9]);
    expect(of(hard, [0.91, 0.85], 100_000)).toBeUndefined();
  });
  test("binomial: every trial counts as a sample", () => {
    const ten = (a: np.Array) => binomial(a, 10);
    expect(of(ten, [4], 1000)).toEqual([3]);
    expect(of(ten, [4], 10_000)).toBeUndefined();
    expect(of(bernoulli, [4], 10_000)).toEqual([3]);
  });
  test("Poisson: low rates only", () => {
    expect(of((a) => poisson(a, { maxCount: 10 }), [-6, 0.2, -1], 10_000)).toEqual([-3, 0.2, -1]);
    expect(of((a) => poisson(a, { maxCount: 60 }), [3.1], 100)).toBeUndefined();
  });
  test("categorical: by the distance to the largest of its own variable", () => {
    const two = (a: np.Array) => categorical(a.reshape([2, 3]));
    expect(of(two, [10, 4, 9, -1, -1.5, -9], 1000)).toEqual([10, 7, 9, -1, -1.5, -4]);
  });
  test("subsets: by the distance to halfway between the last that is in and the first that is out", () => {
    // In: 9 and 2, out: 1, 0 and -8; even at 1.5.
    for (const make of [(a: np.Array) => subset(a, 2), (a: np.Array) => plackettLuce(a, 2)])
      expect(of(make, [9, 1, 0, 2, -8], 1000)).toEqual([4.5, 1, 0, 2, -1.5]);
  });
});

test("long tails: the least over m of MISSED (m - M) / n and the mean excess over m, by trying every m", () => {
  const probabilities = Float64Array.of(0.9, 0.05, 0.03, 0.015, 0.004, 0.0009, 0.0001);
  const values = Float64Array.of(1, -4, 9, 30, -70, 400, 6000);
  const mean = probabilities.reduce((sum, p, i) => sum + p * values[i]!, 0);
  const sizes = Array.from(values, (v) => Math.abs(v - mean));
  for (const n of [100, 1000, 10_000, 1_000_000]) {
    // The largest size of which larger ones, with itself, are met fewer than 20 times is not M; the next one is.
    const larger = (size: number): number =>
      probabilities.reduce((sum, p, i) => sum + (sizes[i]! > size ? p : 0), 0);
    const met = Math.max(...sizes.filter((size) => larger(size) * n >= 20), Math.min(...sizes));
    const at = (m: number): number =>
      (MISSED * (m - met)) / n + probabilities.reduce((sum, p, i) => sum + p * Math.max(0, sizes[i]! - m), 0);
    const least = Math.min(...sizes.filter((m) => m >= met).map(at));
    expect(heavyTailOf(probabilities, values, mean)(n), `${n} samples`).toBeCloseTo(least, 9);
  }
});
