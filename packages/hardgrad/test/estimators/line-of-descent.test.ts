import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { expect as check, describe, test } from "vitest";
import {
  arm,
  arms,
  bernoulli,
  categorical,
  type Distribution,
  darn,
  disarm,
  type Estimator,
  exact,
  expectation,
  fini2,
  grad,
  gumbelRao,
  localExpectation,
  measureValued,
  mve,
  type Objective,
  rebar,
  reinforce,
  reinmax,
  reinmaxCv,
  relax,
  rloo,
  simple,
  statefulExpectation,
  straightThroughSigmoid,
  subset,
  unorderedSet,
  vimco,
  zgr,
} from "../../src/index.ts";
import { meanAndError } from "../oracle.ts";

/** The equivalences between estimators from 2013 to 2026, as code. */
const f: Objective = (x) => np.square(np.sum(x.mul(np.array([0.7, -1.1, 0.4, 0.9])), -1).sub(0.2));
const logits = (): np.Array => random.normal(random.key(5), [30, 4]).mul(1.5);

function of(e: Estimator, make: (a: np.Array) => Distribution, key = random.key(1), a = logits()): np.Array {
  return grad((x: np.Array) => {
    const q = make(x);
    const { losses, state } = statefulExpectation(q, f, e, key, e.init(q));
    for (const array of Object.values(state)) array.dispose();
    return np.sum(losses);
  })(a);
}
const same = (a: np.Array, b: np.Array, tolerance = 1e-5): void => {
  const [x, y] = [a.js() as number[][], b.js() as number[][]];
  x.flat().forEach((v, i) => {
    check(Math.abs(v - y.flat()[i]!)).toBeLessThan(tolerance * (1 + Math.abs(v)));
  });
};

describe("sample by sample", () => {
  test("DARN (2014) = ZGR = ReinMax (2023) = Fini-2 (2026) on Bernoulli", () => {
    for (const e of [darn(), reinmax(), fini2()]) same(of(e, bernoulli), of(zgr(), bernoulli));
  });
  test("MVE at 0 is straight-through; towards infinity Fini-2", () => {
    same(of(mve({ temperature: 0 }), categorical), of(straightThroughSigmoid(), categorical));
    same(of(mve({ temperature: 1e7 }), categorical), of(fini2(), categorical), 2e-3);
  });
  test("MVE towards infinity with two categories is ReinMax", () => {
    const pairs = (): np.Array => random.normal(random.key(3), [30, 2]);
    const g: Objective = (x) => np.square(np.sum(x.mul(np.array([0.7, -1.1])), -1));
    const run = (e: Estimator): np.Array =>
      grad((a: np.Array) => np.sum(expectation(categorical(a), g, e, random.key(2))))(pairs());
    same(run(mve({ temperature: 1e7 })), run(reinmax()), 1e-3);
  });
  test("SIMPLE with k = 1 has the mean of straight-through: J(pi) g", async () => {
    const linear: Objective = (x) => np.sum(x.mul(np.array([1, -2, 0.5, 3])), -1);
    const a = np.array([0.4, -0.3, 1, 0.1]);
    const run = (e: Estimator, make: (x: np.Array) => Distribution): np.Array =>
      grad((x: np.Array) => expectation(make(x), linear, e, random.key(1)))(a.ref).reshape([1, 4]);
    same(
      run(simple(), (x) => subset(x, 1)),
      run(straightThroughSigmoid(), categorical),
    );
  });
  test("ARMS with 2 samples has DisARM's values: the same pair gives the same estimate", () => {
    // Exponentials (E, E') give u = E' / (E + E') and 1 - u.
    const u = [0.3, 0.62, 0.8, 0.45];
    const a = [0.4, -1.3, 2, -0.2];
    const shares = u.map((x) => [1 - x, x]);
    const noise = np.array([shares.map((s) => s[0]!), shares.map((s) => s[1]!)]);
    const run = (e: Estimator, n: np.Array): np.Array =>
      grad((x: np.Array) => e.losses(bernoulli(x), f, n, {}).losses)(np.array(a)).reshape([1, 4]);
    // ARMS takes b = 1[u < p], or 1[1 - u < p] where p >= 1/2; both samples together are the same pair.
    const pair = u.map((x, i) => (a[i]! > 0 ? 1 - x : x));
    same(run(arms({ samples: 2 }), noise), run(disarm(), np.array(pair.map((x) => 1 - x))));
  });
  test("local expectation = measure-valued on Bernoulli; = exact for one variable", () => {
    same(of(localExpectation(), bernoulli), of(measureValued(), bernoulli));
    same(of(localExpectation(), categorical), of(exact(), categorical));
  });
  test("an unordered set of all states is exact", () => {
    same(of(unorderedSet({ samples: 4 }), categorical), of(exact(), categorical));
  });
  test("REBAR with scale 0 is REINFORCE; RELAX before training is REBAR", () => {
    const off = { scale: 0, learningRate: 0 };
    const kept = { learningRate: 0 };
    const noise = rebar().noise(bernoulli(logits()), random.key(4));
    const run = (e: Estimator, n: np.Array): np.Array =>
      grad((x: np.Array) => {
        const { losses, state } = e.losses(bernoulli(x), f, n, e.init(bernoulli(logits())));
        for (const array of Object.values(state)) array.dispose();
        return np.sum(losses);
      })(logits());
    const [own] = np.split(noise.ref, [1], 0) as [np.Array];
    same(run(rebar(off), noise.ref), run(reinforce(), np.squeeze(own, 0)));
    same(run(relax(kept), noise.ref), run(rebar(kept), noise));
  });
  test("VIMCO's value carries the gradient of the bound to the parameters of f", () => {
    const w = np.array(1.3);
    const values = [0.4, 1.1, -0.3];
    const g = grad((x: np.Array) => {
      const scaled: Objective = (z) => np.array(values).add(np.sum(z, -1).mul(0)).mul(x.ref);
      return vimco({ samples: 3 }).losses(bernoulli(np.zeros([2])), scaled, np.full([3, 2], 0.4), {}).losses;
    })(w).js() as number;
    const weights = values.map((v) => Math.exp(-1.3 * v));
    const total = weights.reduce((a, b) => a + b, 0);
    check(g).toBeCloseTo(
      values.reduce((sum, v, i) => sum + (weights[i]! / total) * v, 0),
      5,
    );
  });
});

describe("in the mean or the variance", () => {
  const count = 30_000;
  const point = [0.8, -0.6, 0.2, -1.1];
  const wide = (): np.Array => np.broadcastTo(np.array(point), [count, 4]);
  const moments = async (
    e: Estimator,
    make: (a: np.Array) => Distribution = bernoulli,
  ): Promise<{ mean: number[]; error: number[] }> => {
    const g = of(e, make, random.key(9), wide());
    return meanAndError((await g.data()) as Float32Array, 4);
  };
  test("DisARM has no more variance than ARM", async () => {
    const [one, two] = [await moments(disarm()), await moments(arm())];
    one.error.forEach((e, i) => {
      check(e).toBeLessThan(two.error[i]! * 1.02);
    });
  });
  test("Gumbel-Rao at a low temperature has the mean of ZGR", async () => {
    const a = await moments(gumbelRao({ temperature: 0.02, samples: 50 }), categorical);
    const b = await moments(zgr(), categorical);
    a.mean.forEach((m, i) => {
      // A temperature of 0.02 is off by less than 0.01 of a gradient of order 1.
      check(Math.abs(m - b.mean[i]!)).toBeLessThan(4.5 * Math.hypot(a.error[i]!, b.error[i]!) + 0.01);
    });
  });
  test("ReinMax-CV is biased on a quadratic, where ReinMax is exact: its added term has a mean", async () => {
    const truth = of(exact(), categorical, random.key(1), np.array([point])).js() as number[][];
    const z = (m: { mean: number[]; error: number[] }): number =>
      Math.max(...m.mean.map((v, i) => Math.abs(v - truth[0]![i]!) / m.error[i]!));
    check(z(await moments(reinmaxCv(), categorical))).toBeGreaterThan(4.5);
    check(z(await moments(reinmax(), categorical))).toBeLessThan(4.5);
  });
  test("RLOO of 2 and DisARM agree in the mean", async () => {
    const [a, b] = [await moments(rloo({ samples: 2 })), await moments(disarm())];
    a.mean.forEach((m, i) => {
      check(Math.abs(m - b.mean[i]!)).toBeLessThan(4.5 * Math.hypot(a.error[i]!, b.error[i]!));
    });
  });
});
