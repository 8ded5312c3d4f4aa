import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { exponential, logit, unwrapped, wrappedUniform } from "../../src/distributions/noise.ts";
import {
  arms,
  bernoulli,
  categorical,
  type Distribution,
  distributionFunctions,
  type Estimator,
  exactGradient,
  grad,
  type Objective,
  plackettLuce,
  raoBlackwell,
  sample,
  subset,
  unorderedSet,
} from "../../src/index.ts";

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

describe("estimators whose weights are small numbers, against float64", () => {
  const f: Objective = (x) => {
    const weights = [1, -0.7, 0.4, 0.9].slice(0, x.shape.at(-1));
    return np.square(np.sum(x.mul(np.array(weights)), -1).sub(0.3));
  };
  type Law = (a: np.Array) => Distribution;
  const gradientOf = (q: Law, estimator: Estimator, logits: number[], noise?: np.Array): number[] => {
    const g = grad((a: np.Array) => {
      const d = q(a);
      return np.sum(estimator.losses(d, f, noise ?? estimator.noise(d, random.key(1)), {}).losses);
    })(np.array([logits])).js() as number[][];
    return g[0]!;
  };
  // Sums of float32: a few units in the last place of the largest term.
  const near = (got: readonly number[], want: readonly number[]): void => {
    for (const [i, g] of got.entries())
      expect(Math.abs(g - want[i]!)).toBeLessThan(2e-5 * Math.abs(want[i]!) + 1e-12);
  };
  const truth = async (q: Law, logits: number[]): Promise<readonly number[]> =>
    (await exactGradient(q(np.array([logits])), f)).gradient;

  test("raoBlackwell: with all states but one summed, the last one is certain and the estimate exact", async () => {
    for (const logits of [
      [8, -7],
      [-9, -10],
      [12, 0.3],
    ])
      near(gradientOf(bernoulli, raoBlackwell({ summed: 3 }), logits), await truth(bernoulli, logits));
    const four = [9, 0, -2, 1];
    near(gradientOf(categorical, raoBlackwell({ summed: 3 }), four), await truth(categorical, four));
  });

  test("unorderedSet: the estimates of all pairs of states, weighted by their probabilities, add up to the gradient", async () => {
    for (const logits of [
      [9, 0, -2, 1],
      [-3, 12, 11, 0],
    ]) {
      const weights = logits.map((a) => Math.exp(a - Math.max(...logits)));
      const total = weights.reduce((sum, w) => sum + w, 0);
      const p = weights.map((w) => w / total);
      const rest = p.map((_, i) => p.reduce((sum, x, j) => sum + (j === i ? 0 : x), 0));
      const sum = [0, 0, 0, 0];
      for (let a = 0; a < 4; a++)
        for (let b = 0; b < a; b++) {
          const noise = np.array([p.map((_, i) => (i === a || i === b ? 1e-12 : 20))]);
          const g = gradientOf(categorical, unorderedSet({ samples: 2 }), logits, noise);
          const chance = p[a]! * p[b]! * (1 / rest[a]! + 1 / rest[b]!);
          for (let i = 0; i < 4; i++) sum[i]! += chance * g[i]!;
        }
      near(sum, await truth(categorical, logits));
    }
  });

  test("arms with 1,024 samples: the factor (1 - s) / (1 - P(another rare one | a rare one))", () => {
    const n = 1024;
    for (const a of [-6, -2, -0.5, 0.3, 3]) {
      const estimator = arms({ samples: n });
      const run = (x: np.Array): np.Array => {
        const q = bernoulli(x);
        return estimator.losses(q, (b) => np.sum(b, -1), estimator.noise(q, random.key(4)), {}).losses;
      };
      const ones = Math.round((run(np.array([[a]])).js() as number[])[0]! * n);
      const g = (grad((x: np.Array) => np.sum(run(x)))(np.array([[a]])).js() as number[][])[0]![0]!;
      const small = 1 / (1 + Math.exp(Math.abs(a)));
      const again = Math.max(2 * small ** (1 / (n - 1)) - 1, 0) ** (n - 1) / small;
      const want = ((ones * (n - ones)) / (n * (n - 1))) * ((1 - small) / (1 - again));
      expect(ones).toBeGreaterThan(0);
      expect(Math.abs(g / want - 1)).toBeLessThan(1e-4);
    }
  });
});
