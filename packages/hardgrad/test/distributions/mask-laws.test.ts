import "../setup.ts";
import { jit, numpy as np, random, vmap } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  categorical,
  type Distribution,
  distributionFunctions,
  exactGradient,
  grad,
  type PathEstimator,
  plackettLuce,
  reinmax,
  sample,
  straightThroughSigmoid,
  subset,
  zgr,
} from "../../src/index.ts";
import { close } from "../close.ts";
import { cases, flat, full, isDeep, lossOf, type Masked, maskOf, small } from "../estimators/masked.ts";

describe("laws with a mask", () => {
  const near = (got: number[], want: number[], tolerance = 2e-6): void => {
    expect(got.length).toBe(want.length);
    for (const [i, x] of got.entries()) expect(Math.abs(x - want[i]!)).toBeLessThan(tolerance);
  };
  const only = (c: Masked, x: number[]): number[] => x.filter((_, i) => flat(c)[i]);
  for (const c of cases) {
    const of = distributionFunctions[c.kind];
    for (const junk of [0, 1e30, -1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      test(`${c.title}, ${junk} where it is forbidden: mean, samples, relaxed samples, jit, vmap`, () => {
        const q = (): Distribution => c.make(full(c, junk), maskOf(c));
        const mean = [...of.mean(q()).dataSync()];
        near(only(c, mean), [...of.mean(c.make(small(c))).dataSync()]);
        for (const [i, on] of flat(c).entries()) if (!on) expect(mean[i]).toBe(0);
        const compiled = jit((a: np.Array, m: np.Array) => of.mean(c.make(a, m)))(full(c, junk), maskOf(c));
        near([...compiled.dataSync()], mean);
        const keys = random.split(random.key(1), 300);
        const draws = vmap((key: np.Array) => sample(q(), key))(keys)
          .reshape([300, -1])
          .js() as number[][];
        expect(
          draws.every((row) => row.every((x, i) => (x === 0 || x === 1) && (flat(c)[i] || x === 0))),
        ).toBe(true);
        if (!of.relaxed) return;
        const soft = [
          ...of.relaxed(q(), of.noise(random.key(2), full(c, 0).shape), 5).dataSync(),
        ] as number[];
        for (const [i, on] of flat(c).entries()) {
          expect(Number.isFinite(soft[i]!)).toBe(true);
          if (!on) expect(soft[i]).toBe(0);
        }
      });
    test(`${c.title}: the oracle, with f that is NaN at what is forbidden`, async () => {
      const one = (a: np.Array): np.Array => (isDeep(c.mask) ? a.reshape([1, ...a.shape]) : a);
      const masked = await exactGradient(c.make(one(full(c, 5)), maskOf(c)), lossOf(c, true));
      const plain = await exactGradient(c.make(one(small(c))), lossOf(c, false));
      near(only(c, masked.gradient), plain.gradient);
      expect(masked.gradient.every((x, i) => flat(c)[i] || x === 0)).toBe(true);
      near([masked.mean], [plain.mean]);
    });
  }

  test("a common shift of allowed logits changes nothing, and a single allowed one is certain", () => {
    const mask = (): np.Array => np.array([true, true, false]);
    const q = categorical(np.array([-1e9, -1e9, 0]), { mask: mask() });
    near([...distributionFunctions.categorical.mean(q).dataSync()], [0.5, 0.5, 0]);
    const one = categorical(np.array([-80, 3, 9]), { mask: np.array([true, false, false]) });
    expect(sample(one, random.key(0)).js()).toEqual([1, 0, 0]);
    const all = subset(np.array([1, 2, 3]), 2, { mask: mask() });
    expect(sample(all, random.key(0)).js()).toEqual([1, 1, 0]);
    expect(
      sample(bernoulli(np.array([50, 50]), { mask: np.array([false, false]) }), random.key(0)).js(),
    ).toEqual([0, 0]);
  });

  test("masks that allow too little, of the wrong type or shape, are refused", () => {
    const a = (): np.Array => np.zeros([2, 3]);
    const rows = (): np.Array =>
      np.array([
        [true, false, false],
        [false, false, false],
      ]);
    expect(() => categorical(a(), { mask: rows() })).toThrow(/allows 0 of 3 in row 1 of 2, but at least 1/);
    expect(() => subset(a(), 2, { mask: rows() })).toThrow(
      /subset: the mask allows 1 of 3 in row 0 of 2, but at least 2/,
    );
    expect(() => plackettLuce(a(), 2, { mask: rows() })).toThrow(/at least 2 must be allowed/);
    expect(() => categorical(a(), { mask: np.array([1, 0, 1]) })).toThrow(/array of truth values.*float32/);
    expect(() => bernoulli(a(), { mask: [true] as never })).toThrow(/array of truth values/);
    expect(() => bernoulli(a(), { mask: np.array([true, false]) })).toThrow(
      /does not broadcast to logits of shape \[2,3\]/,
    );
    expect(() => categorical(np.array([0, Number.NaN]), { mask: np.array([true, true]) })).toThrow(
      /must be finite/,
    );
    expect(() => categorical(np.array([0, Number.NaN]))).toThrow(/give the distribution a mask/);
  });

  test("inside jit, where no value can be looked at, a row with too few allowed is zero and the others are right", () => {
    const rows = np.array([
      [true, true, false],
      [false, false, false],
    ]);
    const mean = jit((m: np.Array) =>
      distributionFunctions.categorical.mean(categorical(np.zeros([2, 3]), { mask: m })),
    );
    expect(mean(rows).js()).toEqual([
      [0.5, 0.5, 0],
      [0, 0, 0],
    ]);
  });
});

describe("golden numbers, by numpy in float64", () => {
  const logits = [0.3, -1, 0.5, 0.9];
  const allowed = (): np.Array => np.array([true, false, true, true]);
  const weights = [1, 5, -2, 0.3];
  const of = distributionFunctions;
  const pulled = (e: PathEstimator): number[] =>
    grad((a: np.Array) => {
      const q = categorical(a, { mask: allowed() });
      return np.sum(e.path(q, np.array([1, 1, 1e-6, 1])).mul(np.array(weights)));
    })(np.array(logits)).js() as number[];
  test("a categorical variable with one of four forbidden", () => {
    const q = (): Distribution => categorical(np.array(logits), { mask: allowed() });
    close(of.categorical.mean(q()).js() as number[], [0.2473092, 0, 0.3020641, 0.4506267]);
    close(pulled(straightThroughSigmoid()), [0.3021206, 0, -0.5371814, 0.2350609]);
    close(pulled(zgr()), [0.3709638, 0, -0.8891845, 0.5182207]);
    // Less the mean over the categories that are allowed, which ours does not take off: it is 0 at temperature 1.
    const hot = pulled(reinmax({ temperature: 1.3 }));
    const mean = (hot[0]! + hot[2]! + hot[3]!) / 3;
    close(hot.map((g, i) => (i === 1 ? g : g - mean)), [0.4122852, 0, -0.8925834, 0.4802982]); // biome-ignore format: one thought
    const surprise = (x: number[]): number => of.categorical.logProbability(q(), np.array(x)).js() as number;
    const p = of.categorical.mean(q()).js() as number[];
    const states = logits.map((_, i) => logits.map((__, j) => (i === j ? 1 : 0)));
    const entropy = [0, 2, 3].reduce((sum, i) => sum - p[i]! * surprise(states[i]!), 0);
    expect(entropy).toBeCloseTo(1.0663271, 5);
    expect(surprise(states[1]!)).toBe(Number.NEGATIVE_INFINITY);
  });
  test("marginals of two of five, one of them forbidden", () => {
    const mask = np.array([true, true, false, true, true]);
    const q = subset(np.array([0.3, -0.5, 99, 0.2, -1.4]), 2, { mask });
    close(of.subset.mean(q).js() as number[], [0.7015006, 0.4281459, 0, 0.6740477, 0.1963058]);
  });
  test.each(["bernoulli", "subset", "plackett-luce"] as const)(
    "%s: a sample with what is forbidden is impossible",
    (kind) => {
      const c = cases.find((one) => one.kind === kind)!;
      const q = (): Distribution => c.make(full(c, 60), maskOf(c));
      const chance = (x: number[]): number => of[kind].logProbability(q(), np.array(x)).js() as number;
      expect(chance([1, 1, 0, 0, 0])).toBe(Number.NEGATIVE_INFINITY);
      expect(chance([1, 0, 1, 0, 0])).toBeGreaterThan(-5);
    },
  );
});
