import "../setup.ts";
import { numpy as np, random, vmap } from "@jax-js/jax";
import { expect as check, describe, test } from "vitest";
import {
  arm,
  bernoulli,
  categorical,
  disarm,
  type Estimator,
  exact,
  expectation,
  grad,
  gumbelSoftmax,
  type Objective,
  reinforce,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinmax,
  rloo,
  statefulExpectation,
  straightThrough,
  straightThroughGumbelSoftmax,
  straightThroughHardSigmoid,
  straightThroughSigmoid,
  through,
  zgr,
} from "../../src/index.ts";
import { meanAndError } from "../oracle.ts";
import golden from "./golden.json" with { type: "json" };

const quadratic: Objective = (x) => np.sum(np.square(x.sub(0.3)), -1);

describe("equivalences between estimators", () => {
  const logits = () => random.normal(random.key(5), [40, 6]);
  const of = (e: Estimator, kind: typeof bernoulli | typeof categorical, seed = 1): np.Array =>
    grad((a: np.Array) => np.sum(expectation(kind(a), quadratic, e, random.key(seed))))(logits());
  const same = (a: np.Array, b: np.Array, tolerance = 1e-6): void => {
    check(np.allclose(a, b, { rtol: tolerance, atol: tolerance })).toBe(true);
  };

  test("ReinMax at temperature 1 = ZGR, sample by sample", () => {
    same(of(reinmax(), bernoulli), of(zgr(), bernoulli));
    same(of(reinmax(), categorical), of(zgr(), categorical));
  });
  test("ZGR on Bernoulli = DARN at the sample, (b - p) f'(b) (b - 1/2)", () => {
    const u = straightThrough().noise(bernoulli(logits()), random.key(1)).js() as number[][];
    const a = logits().js() as number[][];
    const expected = a.map((row, n) =>
      row.map((x, i) => {
        const p = 1 / (1 + Math.exp(-x));
        const b = (u[n]![i]! + 1) % 1 < p ? 1 : 0; // held as u - 1 in the upper half
        return (b - p) * 2 * (b - 0.3) * (b - 0.5);
      }),
    );
    same(of(zgr(), bernoulli), np.array(expected), 1e-5);
  });
  test("Bernoulli = categorical of two categories, for the exact gradient", () => {
    const a = [0.4, -1.2, 2];
    const binary = grad((x: np.Array) => expectation(bernoulli(x), quadratic, exact(), random.key(0)))(
      np.array(a),
    );
    const pairs = grad((x: np.Array) => {
      const zeros = np.zeros([3]);
      const q = categorical(np.stack([zeros, x], -1).reshape([1, 3, 2]));
      const f: Objective = (z) => quadratic(np.sum(z.mul(np.array([0, 1])), -1));
      return np.sum(expectation(q, f, exact(), random.key(0)));
    })(np.array(a));
    same(binary, pairs, 1e-5);
  });
  test("RLOO with 2 samples = half the difference of losses times the difference of samples", () => {
    const q = bernoulli(np.array([0.3, -0.8]));
    const noise = [
      [0.2, 0.9],
      [0.9, 0.1],
    ]; // samples (1, 0) and (0, 1)
    const f: Objective = (x) => np.sum(x.mul(np.array([2, 5])), -1);
    const g = grad(
      (a: np.Array) => rloo({ samples: 2 }).losses({ ...q, logits: a }, f, np.array(noise), {}).losses,
    )(np.array([0.3, -0.8]));
    same(g, np.array([((2 - 5) * 1) / 2, ((2 - 5) * -1) / 2]));
  });
  test("straight-through Gumbel-softmax and Gumbel-softmax tend to the same hard sample at temperature 0.01", () => {
    const soft = through(bernoulli(logits()), gumbelSoftmax({ temperature: 0.01 }), random.key(2));
    const hard = through(bernoulli(logits()), straightThroughGumbelSoftmax(), random.key(2));
    const distance = np.abs(soft.sub(hard)).js() as number[][];
    check(distance.flat().filter((d) => d > 0.1).length).toBeLessThan(5);
  });
  test("a temperature given as an array is the same as the number, and can be used again", () => {
    const temperature = np.array(0.7);
    same(
      of(gumbelSoftmax({ temperature: temperature.ref }), categorical),
      of(gumbelSoftmax({ temperature: 0.7 }), categorical),
    );
    check(temperature.js()).toBeCloseTo(0.7);
  });
});

describe("closed forms of the toy problem (b - 0.499)^2 at p = 1/2", () => {
  const toy: Objective = (b) => np.sum(np.square(b.sub(0.499)), -1);
  const count = 200_000;
  async function moments(e: Estimator): Promise<{ mean: number; variance: number; error: number }> {
    const g = grad((a: np.Array) => np.sum(expectation(bernoulli(a), toy, e, random.key(12))))(
      np.zeros([count, 1]),
    );
    const { mean, error } = meanAndError((await g.data()) as Float32Array, 1);
    return { mean: mean[0]!, variance: error[0]! ** 2 * count, error: error[0]! };
  }
  const delta = 0.002;
  // The relative standard error of a variance from n draws of a two-valued law is at most about 3/sqrt(n) = 0.7 %.
  const table: [string, Estimator, number][] = [
    ["REINFORCE", reinforce(), (0.499 ** 4 + 0.501 ** 4) / 8 - (delta / 4) ** 2],
    ["RLOO, 2 samples", rloo({ samples: 2 }), delta ** 2 / 16],
    ["ARM", arm(), delta ** 2 / 48],
    ["DisARM", disarm(), 0],
    ["straight-through", straightThroughSigmoid(), 0.0625],
    ["ReinMax", reinmax(), 0.0625],
  ];
  test.each(table)("%s: mean 5e-4 and the variance", async (_name, estimator, variance) => {
    const m = await moments(estimator);
    check(Math.abs(m.mean - delta / 4)).toBeLessThan(4.5 * m.error + 1e-7);
    if (variance === 0) check(m.variance).toBeLessThan(1e-12);
    else check(m.variance / variance).toBeGreaterThan(0.97);
    if (variance > 0) check(m.variance / variance).toBeLessThan(1.03);
  });
});

test("Bengio's running averages tend to L_i = E[(h - p)^2 f] / E[(h - p)^2], and cut the variance as predicted", async () => {
  const { bernoulli: ber } = golden;
  const f: Objective = (x) => {
    const t = np.matmul(x, np.array(ber.A).transpose());
    const first = np.sum(t.ref.mul(np.array([1, 0])), -1);
    return np.sum(np.tanh(t.add(0.3)).mul(np.array(ber.w)), -1).add(np.exp(first.mul(0.4)).mul(0.7));
  };
  const count = 40_000;
  const logits = () => np.broadcastTo(np.array(ber.a), [count, 3]);
  const estimator = reinforceMinimumVariance({ decay: 0 });
  const start = estimator.init(bernoulli(logits()));
  const { losses, state } = statefulExpectation(bernoulli(logits()), f, estimator, random.key(3), start);
  losses.dispose();
  const centre = state.numerator!.ref.div(state.denominator!.ref).js() as number[];
  // (h - p)^2 f / E[(h - p)^2] has a standard deviation of at most about 2.6 here: 0.06 is 4.5 standard errors.
  centre.forEach((l, i) => {
    check(Math.abs(l - ber.Bengio_Lbar[i]!)).toBeLessThan(0.06);
  });
  const g = grad((a: np.Array) => {
    const result = statefulExpectation(bernoulli(a), f, estimator, random.key(4), state);
    for (const array of Object.values(result.state)) array.dispose();
    return np.sum(result.losses);
  })(logits());
  const { error } = meanAndError((await g.data()) as Float32Array, 3);
  error.forEach((e, i) => {
    check(e ** 2 * count).toBeLessThan(ber.var_REINFORCE_Lbar[i]! * 1.1);
    check(e ** 2 * count).toBeGreaterThan(ber.var_REINFORCE_Lbar[i]! * 0.9);
  });
});

test("leave-one-out on batches of two has no bias (the plain batch mean would halve the gradient)", async () => {
  const a = [0.4, -1];
  const keys = random.split(random.key(8), 20_000);
  const one = (key: np.Array): np.Array =>
    grad((x: np.Array) => np.sum(expectation(bernoulli(x), quadratic, reinforceLeaveOneOut(), key)))(
      np.array([a, a]),
    );
  const g = vmap(one)(keys); // [keys, 2, 2]
  const { mean, error } = meanAndError((await g.data()) as Float32Array, 4);
  const exactRow = grad((x: np.Array) => expectation(bernoulli(x), quadratic, exact(), random.key(0)))(
    np.array(a),
  );
  const expected = exactRow.js() as number[];
  mean.forEach((m, i) => {
    check(Math.abs(m - expected[i % 2]!) / error[i]!).toBeLessThan(4.5);
  });
});

describe("nested expectations", () => {
  // Two layers of two units; E[f] by enumeration in float64.
  const a = [0.5, -0.7];
  const w = [
    [1.2, -0.8],
    [0.3, 0.9],
  ];
  const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
  const f2 = (h: number[]): number => (h[0]! + 2 * h[1]! - 0.8) ** 2;
  function mean(a0: number[], w0: number[][]): number {
    let total = 0;
    for (const x of [0, 1, 2, 3])
      for (const y of [0, 1, 2, 3]) {
        const h1 = [x & 1, x >> 1];
        const h2 = [y & 1, y >> 1];
        const logits = [0, 1].map((j) => h1[0]! * w0[0]![j]! + h1[1]! * w0[1]![j]!);
        const p1 = h1.reduce((p, b, i) => p * (b ? sigma(a0[i]!) : sigma(-a0[i]!)), 1);
        const p2 = h2.reduce((p, b, i) => p * (b ? sigma(logits[i]!) : sigma(-logits[i]!)), 1);
        total += p1 * p2 * f2(h2);
      }
    return total;
  }
  const difference = (change: (h: number) => number): number => (change(1e-5) - change(-1e-5)) / 2e-5;
  const exactA = a.map((_, i) =>
    difference((h) =>
      mean(
        a.map((v, k) => v + (k === i ? h : 0)),
        w,
      ),
    ),
  );
  const exactW = w.flatMap((row, i) =>
    row.map((_, j) =>
      difference((h) =>
        mean(
          a,
          w.map((r, k) => r.map((v, l) => v + (k === i && l === j ? h : 0))),
        ),
      ),
    ),
  );
  const count = 20_000;
  const layers: [string, Estimator, Estimator][] = [
    ["reinforce over rloo", reinforce(), rloo({ samples: 3 })],
    ["rloo over disarm", rloo({ samples: 2 }), disarm()],
    ["exact over leave-one-out", exact(), reinforceLeaveOneOut()],
    ["disarm over exact", disarm(), exact()],
  ];
  test.each(layers)("%s: no bias in either layer", async (_name, outer, inner) => {
    const loss = (a1: np.Array, w1: np.Array): np.Array => {
      const f: Objective = (h1) => {
        const logits = np.sum(h1.reshape([...h1.shape, 1]).mul(w1), -2);
        const last: Objective = (h2) => np.square(np.sum(h2.mul(np.array([1, 2])), -1).sub(0.8));
        return expectation(bernoulli(logits), last, inner, random.key(21));
      };
      return np.sum(expectation(bernoulli(a1), f, outer, random.key(22)));
    };
    const [ga, gw] = grad(loss, { argnums: [0, 1] })(
      np.broadcastTo(np.array(a), [count, 2]),
      np.broadcastTo(np.array(w), [count, 2, 2]),
    ) as unknown as [np.Array, np.Array];
    for (const [g, expected] of [
      [ga, exactA],
      [gw, exactW],
    ] as const) {
      const { mean: m, error } = meanAndError((await g.data()) as Float32Array, expected.length);
      m.forEach((v, i) => {
        check(Math.abs(v - expected[i]!) / (error[i]! + 1e-5)).toBeLessThan(4.5);
      });
    }
  });
});

describe("misuse is one clear sentence", () => {
  const key = () => random.key(0);
  const f: Objective = (x) => np.sum(x, -1);
  test("batch-mean loss, for every kind of estimator", () => {
    for (const e of [reinforce(), rloo(), disarm(), exact(), straightThrough(), gumbelSoftmax()])
      check(() => expectation(bernoulli(np.zeros([8, 3])), (x) => np.mean(x), e, key()), e.id).toThrow(
        /must return one loss per example/,
      );
  });
  test("a single example, one variable and several variables", () => {
    check(expectation(bernoulli(np.zeros([3])), f, rloo(), key()).shape).toEqual([]);
    check(expectation(categorical(np.zeros([3])), f, rloo(), key()).shape).toEqual([]);
    check(expectation(categorical(np.zeros([5, 3])), f, rloo(), key()).shape).toEqual([5]);
    check(
      expectation(categorical(np.zeros([5, 2, 3])), (x) => np.sum(x, [-2, -1]), rloo(), key()).shape,
    ).toEqual([5]);
  });
  test("logits that are NaN, infinite, empty, scalar, integer or no array", () => {
    check(() => bernoulli(np.array([0, Number.NaN]))).toThrow(/entry 1 of 2 is NaN/);
    check(() => categorical(np.array([0, Number.POSITIVE_INFINITY]))).toThrow(/Infinity/);
    check(() => bernoulli(np.zeros([2, 0]))).toThrow(/empty/);
    check(() => bernoulli(np.array(1))).toThrow(/at least one axis/);
    check(() => bernoulli(np.array([1, 2], { dtype: np.int32 }))).toThrow(/floating-point/);
    check(() => bernoulli([1, 2] as unknown as np.Array)).toThrow(/np.array/);
  });
  test("NaN inside grad travels into the sample instead of becoming a 0", () => {
    const bad = np.array([0.5, Number.NaN]);
    const g = grad((a: np.Array) => expectation(bernoulli(a), f, straightThrough(), key()));
    check(() => through(bernoulli(bad.ref), straightThrough(), key())).toThrow(/NaN/);
    const value = straightThrough().path!(
      { ...bernoulli(np.zeros([2])), logits: bad.ref },
      np.array([0.5, 0.5]),
    );
    check(value.js()).toEqual([1, Number.NaN]);
    check(g(np.array([0.5, 1])).js()).toEqual([1, 1]);
    bad.dispose();
  });
  test("an objective that is NaN, a key that is none, state that was forgotten, one example for leave-one-out", () => {
    check(() =>
      expectation(bernoulli(np.zeros([2, 3])), (x) => np.log(np.sum(x, -1).sub(9)), reinforce(), key()),
    ).toThrow(/objective is NaN/);
    check(() => expectation(bernoulli(np.zeros([3])), f, rloo(), 3 as unknown as np.Array)).toThrow(
      /random.key/,
    );
    check(() => expectation(bernoulli(np.zeros([3])), f, reinforceMinimumVariance(), key())).toThrow(
      /keeps state/,
    );
    check(() => expectation(bernoulli(np.zeros([1, 3])), f, reinforceLeaveOneOut(), key())).toThrow(
      /two or more/,
    );
    check(() => expectation(bernoulli(np.zeros([30])), f, exact(), key())).toThrow(/1073741824 states/);
    check(() =>
      expectation(bernoulli(np.zeros([3]), { probability: "hard-sigmoid" }), f, rloo(), key()),
    ).toThrow(/needs sigmoid probabilities/);
  });
  test("hard-sigmoid probabilities: straight-through is exact for a linear f", async () => {
    const logits = np.broadcastTo(np.array([0.4, -0.6, 3]), [20_000, 3]);
    const weights = [1, -2, 3];
    const g = grad((a: np.Array) => {
      const q = bernoulli(a, { probability: "hard-sigmoid" });
      const linear: Objective = (x) => np.sum(x.mul(np.array(weights)), -1);
      return np.sum(expectation(q, linear, straightThroughHardSigmoid(), key()));
    })(logits);
    const { mean } = meanAndError((await g.data()) as Float32Array, 3);
    mean.forEach((m, i) => {
      check(m).toBeCloseTo([0.5, -1, 0][i]!, 5);
    });
  });
});
