import "./setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { exponential, logit, unwrapped, wrappedUniform } from "../src/distributions/noise.ts";
import {
  arms,
  bernoulli,
  categorical,
  type Distribution,
  distributionFunctions,
  type Estimator,
  exact,
  expectation,
  grad,
  type Objective,
  plackettLuce,
  raoBlackwell,
  sample,
  subset,
  unorderedSet,
} from "../src/index.ts";

/** How often each entry of the sample is 1 in `draws * rounds` draws. */
function counts(q: (draws: number) => Distribution, draws: number, rounds: number): number[] {
  const run = jit((key: np.Array) => np.sum(sample(q(draws), key), 0));
  const total: number[] = [];
  for (const key of np.split(random.split(random.key(1), rounds), rounds, 0))
    for (const [i, n] of (run(key.reshape([2])).js() as number[]).entries()) total[i] = (total[i] ?? 0) + n;
  return total;
}

const rows = (logits: number[], draws: number): np.Array =>
  np.broadcastTo(np.array(logits), [draws, logits.length]);

/** Within 4.5 standard errors of a Poisson count: fails by chance once in 150,000 times, and the key is fixed. */
const nearCount = (got: number, want: number): void =>
  expect(Math.abs(got - want)).toBeLessThan(4.5 * Math.sqrt(want) + 1);

describe("rare choices come as often as they should", () => {
  for (const gap of [10, 12, 14])
    test(`two categories, ${gap} apart`, () => {
      const n = 500_000;
      const [, rare] = counts((draws) => categorical(rows([0, -gap], draws)), n, 16);
      nearCount(rare!, (16 * n) / (1 + Math.exp(gap)));
    });

  test("a category of probability 1e-5 among others", () => {
    const n = 500_000;
    const others = Math.log(1e5 - 1) - Math.log(3);
    const got = counts((draws) => categorical(rows([0, others, others, others], draws)), n, 16);
    nearCount(got[0]!, 16 * n * 1e-5);
  });

  test("one of probability 1/2 among 10,000 small ones", () => {
    const likely = [Math.log(10_000), ...Array<number>(10_000).fill(0)];
    const [got] = counts((draws) => categorical(rows(likely, draws)), 250, 8);
    nearCount(got! * 2, 2000); // the standard error of a half is half of Poisson's
  });

  test("a unit at logit -12 is on, and one at 12 is off, 6.1e-6 of the time", () => {
    const n = 500_000;
    const [on, off] = counts((draws) => bernoulli(rows([-12, 12], draws)), n, 16);
    nearCount(on!, (16 * n) / (1 + Math.exp(12)));
    nearCount(16 * n - off!, (16 * n) / (1 + Math.exp(12)));
  });

  test("the unit's threshold is right in both tails, to 5e-6 of the probability", () => {
    for (const a of [-20, -16, -5, 0.5, 5, 16, 20]) {
      const p = 1 / (1 + Math.exp(Math.abs(a))); // of the rarer value
      const u = [0.99999 * p, 1.00001 * p].map((x) => (a < 0 ? x : -x));
      const got = distributionFunctions.bernoulli.sample(bernoulli(np.array([a, a])), np.array(u)).js();
      expect(got).toEqual(a < 0 ? [1, 0] : [0, 1]);
    }
  });

  test("relaxed samples round to the hard ones of the same noise", () => {
    const shape = [100_000, 3];
    const logits = (): np.Array => np.broadcastTo(np.array([-9, 0.3, 9]), shape);
    const noise = wrappedUniform(random.key(5), shape);
    const hard = distributionFunctions.bernoulli.sample(bernoulli(logits()), noise.ref);
    const soft = distributionFunctions.bernoulli.relaxed!(bernoulli(logits()), noise, 0.5);
    expect(np.sum(np.notEqual(np.greater(soft, 0.5).astype(np.float32), hard).astype(np.float32)).js()).toBe(
      0,
    );
  });

  test("subsets: a unit that is nearly never in, and one that is nearly always in", () => {
    const n = 250_000;
    for (const law of [subset, plackettLuce]) {
      const got = counts((draws) => law(rows([11, 0, -11], draws), 2), n, 16);
      const q = law(np.array([11, 0, -11]), 2);
      // The chance that the third is in and the second is not is e^-11 for both laws to 1e-4 of itself.
      q.logits.dispose();
      nearCount(got[2]!, 16 * n * Math.exp(-11) * (law === subset ? 1 / (1 + 2 * Math.exp(-11)) : 1));
    }
  });
});

describe("noise", () => {
  test("the least of 50,000 exponentials is one alone: no ties, which would go to the first", () => {
    const ties = jit((key: np.Array) => {
      const e = exponential(key, [100, 50_000]);
      const least = np.min(e.ref, -1, { keepdims: true });
      return np.sum(np.equal(e, least).astype(np.float32)).sub(100);
    });
    // On a grid of 2^-23 six are expected in 1,000 rounds; on one of 2^-32, 0.01.
    let total = 0;
    for (let i = 0; i < 10; i++) total += ties(random.key(i)).js() as number;
    expect(total).toBe(0);
  });

  test("both tails are fine, symmetric, and never 0 or 1", () => {
    const u: Float32Array = wrappedUniform(random.key(0), [1_000_000]).dataSync();
    const magnitudes = u.map(Math.abs);
    expect(Math.min(...magnitudes.slice(0, 100_000))).toBeGreaterThan(0);
    for (const p of [0.5, 0.1, 1e-3, 1e-5]) {
      nearCount(u.filter((x) => x > 0 && x < p / 2).length, (1e6 * p) / 2);
      nearCount(u.filter((x) => x < 0 && x > -p / 2).length, (1e6 * p) / 2);
    }
    const ends = np.array([2 ** -33, -(2 ** -33), 0.25, -0.25]);
    expect([...logit(ends.ref).dataSync()].map((x) => x.toFixed(4))).toEqual([
      "-22.8739",
      "22.8739",
      "-1.0986",
      "1.0986",
    ]);
    expect([...unwrapped(ends).dataSync()]).toEqual([2 ** -33, 1 - 2 ** -24, 0.25, 0.75]);
  });

  test("a small logit gap is not lost in the noise: the argmax of equal logits is the least exponential", () => {
    const noise = np.array([[3e-6, 2.9e-6, 1]]);
    expect(distributionFunctions.categorical.sample(categorical(np.zeros([1, 3])), noise).js()).toEqual([
      [0, 1, 0],
    ]);
  });
});

/** Estimates of a batch of equal examples against the exact gradient, in standard errors of their mean. */
function scores(
  q: (logits: np.Array) => Distribution,
  f: Objective,
  estimator: Estimator,
  logits: number[],
  n: number,
): number[] {
  const estimate = jit((key: np.Array) =>
    grad((a: np.Array) => np.sum(expectation(q(a), f, estimator, key)))(rows(logits, n)),
  );
  const g = estimate(random.key(7)).js() as number[][];
  const truth = grad((a: np.Array) => np.sum(expectation(q(a), f, exact(), random.key(0))))(
    rows(logits, 1),
  ).js() as number[][];
  return logits.map((_, i) => {
    const column = g.map((row) => row[i]!);
    const mean = column.reduce((s, x) => s + x, 0) / n;
    const variance = column.reduce((s, x) => s + (x - mean) ** 2, 0) / (n - 1);
    // Float32 rounds each estimate: 1e-6 of the largest.
    const floor = 1e-6 * Math.max(...column.map(Math.abs), 1e-30);
    return (mean - truth[0]![i]!) / (Math.sqrt(variance / n) + floor);
  });
}

describe("estimators whose weights are small numbers", () => {
  const f: Objective = (x) => {
    const weights = np.array([1, -0.7, 0.4, 0.9]);
    return np.square(np.sum(x.mul(weights), -1).sub(0.3));
  };
  const check = (z: number[]): void => {
    for (const x of z) expect(Math.abs(x)).toBeLessThan(4.5);
  };
  test("raoBlackwell of nearly certain units", () => {
    check(scores(bernoulli, f, raoBlackwell({ summed: 2 }), [8, -7, 6, -9], 4000));
    check(scores(bernoulli, f, raoBlackwell({ summed: 5 }), [4, -5, 3, -4], 4000));
  });
  test("unorderedSet of nearly certain units and categories", () => {
    check(scores(bernoulli, f, unorderedSet(), [6, -5, 5, -7], 4000));
    check(scores(categorical, f, unorderedSet({ samples: 2 }), [9, 0, -2, 1], 4000));
  });
  test("arms with 1,024 samples: the factor is right to 1e-4", () => {
    // One sample differs: f is b, so the estimate's mean is p (1 - p) whatever the coupling.
    const values = [-7, -2, 0.5, 3];
    const linear: Objective = (x) => np.sum(x, -1);
    check(scores(bernoulli, linear, arms({ samples: 1024 }), values, 400));
  });
});
