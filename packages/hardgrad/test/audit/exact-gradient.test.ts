import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  binomial,
  categorical,
  type Distribution,
  exactGradient,
  type Objective,
  plackettLuce,
  poisson,
  subset,
} from "../../src/index.ts";

/** `(sum_i w_i x_i - 0.5)^2`, for arrays and for the sums by hand below. */
const weights = [1.5, -2, 0.75, 1.25, -0.5, 2.25];
const square = (x: readonly number[]): number => (x.reduce((s, v, i) => s + v * weights[i]!, 0) - 0.5) ** 2;
const objective =
  (event: readonly number[]): Objective =>
  (x) => {
    const size = event.reduce((a, b) => a * b, 1);
    const flat = x.reshape([...x.shape.slice(0, x.ndim - event.length), size]);
    return np.square(np.sum(flat.mul(np.array(weights.slice(0, size))), -1).sub(0.5));
  };
const sigma = (a: number): number => 1 / (1 + Math.exp(-a));
const softmax = (a: readonly number[]): number[] => {
  const w = a.map((x) => Math.exp(x - Math.max(...a)));
  return w.map((x) => x / w.reduce((s, y) => s + y, 0));
};

/** f runs in float32: seven digits, on numbers of order 1 to 10. */
async function expectExact(q: Distribution, mean: number, gradient: readonly number[]): Promise<void> {
  const found = await exactGradient(q, objective(q.eventShape));
  expect(Math.abs(found.mean - mean)).toBeLessThan(3e-6 * (1 + Math.abs(mean)));
  expect(found.gradient.length).toBe(gradient.length);
  found.gradient.forEach((g, i) => {
    expect(Math.abs(g - gradient[i]!), `logit ${i}: ${g} for ${gradient[i]}`).toBeLessThan(
      3e-6 * (1 + Math.abs(gradient[i]!)),
    );
  });
}

describe("logits of any size: what can't happen has probability and derivative zero", () => {
  const p = sigma(Math.fround(0.3));
  for (const huge of [100, 1e4, 1e9, 3e38])
    for (const at of [0, 1])
      test(`bernoulli with a unit at ${at ? "" : "-"}${huge}: the other alone is left`, async () => {
        const [off, on] = [square([at, 0]), square([at, 1])];
        await expectExact(bernoulli(np.array([at ? huge : -huge, 0.3])), p * on + (1 - p) * off, [
          0,
          p * (1 - p) * (on - off),
        ]);
        await expectExact(binomial(np.array([at ? huge : -huge, 0.3]), 1), p * on + (1 - p) * off, [
          0,
          p * (1 - p) * (on - off),
        ]);
      });
  test("bernoulli with every unit at +-3e38 is one state", async () => {
    await expectExact(bernoulli(np.array([3e38, -3e38, 3e38])), square([1, 0, 1]), [0, 0, 0]);
  });
  for (const never of [-200, -1e9, -1e30, -3e38])
    test(`categorical with a category at ${never}: the other two are left`, async () => {
      const a = softmax([0, 1]);
      const b = softmax([Math.fround(0.5), 0, Math.fround(0.2)]);
      const f = (i: number, j: number): number =>
        square([0, 1, 2, 3, 4, 5].map((n) => (n === i || n === 3 + j ? 1 : 0)));
      const row = a.map((_, i) => b.reduce((s, pj, j) => s + pj * f(i, j), 0));
      const column = b.map((_, j) => a.reduce((s, pi, i) => s + pi * f(i, j), 0));
      const mean = a.reduce((s, pi, i) => s + pi * row[i]!, 0);
      const logits = np.array([[0, 1, never],[0.5, 0, 0.2]]).reshape([1, 2, 3]); // biome-ignore format: a matrix
      await expectExact(categorical(logits), mean, [
        ...a.map((pi, i) => pi * (row[i]! - mean)),
        0,
        ...b.map((pj, j) => pj * (column[j]! - mean)),
      ]);
    });
  for (const huge of [100, 800, 1e9, 3e38])
    for (const make of [subset, plackettLuce])
      test(`${make.name}, k = 2, a logit of ${huge}: one is sure, the second is a softmax of the rest`, async () => {
        const pi = softmax([0, 0.5, -0.5]);
        const f = [1, 2, 3].map((j) => square([0, 1, 2, 3].map((n) => (n === 0 || n === j ? 1 : 0))));
        const mean = pi.reduce((s, x, j) => s + x * f[j]!, 0);
        await expectExact(make(np.array([huge, 0, 0.5, -0.5]), 2), mean, [
          0,
          ...pi.map((x, j) => x * (f[j]! - mean)),
        ]);
      });
  for (const make of [subset, plackettLuce])
    test(`${make.name}: two of five forbidden by -1e30, and what three forbidden leave for k = 3`, async () => {
      // k = 3 of the three that are left: one state.
      await expectExact(
        make(np.array([-1e30, 0.2, -1e30, 1, -2]), 3),
        square([0, 1, 0, 1, 1]),
        [0, 0, 0, 0, 0],
      );
      // Two sure ones far apart from each other and from the rest.
      const pi = softmax([0.5, -1]);
      const f = [square([1, 1, 1, 0]), square([1, 1, 0, 1])];
      const mean = pi[0]! * f[0]! + pi[1]! * f[1]!;
      await expectExact(make(np.array([1e30, 1e20, 0.5, -1]), 3), mean, [
        0,
        0,
        pi[0]! * (f[0]! - mean),
        pi[1]! * (f[1]! - mean),
      ]);
    });
  test("a common shift changes nothing", async () => {
    const base = [0, 1, -0.5, 2];
    for (const shift of [-(2 ** 20), 2 ** 20])
      for (const make of [
        (a: np.Array) => subset(a, 2),
        (a: np.Array) => plackettLuce(a, 2),
        (a: np.Array) => categorical(a),
      ]) {
        const plain = await exactGradient(make(np.array(base)), objective([4]));
        await expectExact(make(np.array(base.map((a) => a + shift))), plain.mean, plain.gradient);
      }
  });
  for (const all of [-1e9, 1e9, 3e38, -3e38])
    test(`all logits ${all}: uniform`, async () => {
      const one = [0, 1, 2].map((i) => square([0, 1, 2].map((n) => (n === i ? 1 : 0))));
      const mean = (one[0]! + one[1]! + one[2]!) / 3;
      const gradient = one.map((f) => (f - mean) / 3);
      for (const q of [
        categorical(np.array([all, all, all])),
        subset(np.array([all, all, all]), 1),
        plackettLuce(np.array([all, all, all]), 1),
      ])
        await expectExact(q, mean, gradient);
    });
});

describe("the law that is sampled", () => {
  test("hard sigmoid: probabilities (a + 1) / 2, slope 1/2, and neither outside", async () => {
    const linear: Objective = (b) => np.sum(b.mul(np.array([1, -0.7, 0.5])), -1);
    const q = () => bernoulli(np.array([0.4, -0.5, 0.2]), { probability: "hard-sigmoid" });
    const { gradient, mean } = await exactGradient(q(), linear);
    expect(mean).toBeCloseTo(0.825, 6);
    for (const [i, g] of [0.5, -0.35, 0.25].entries()) expect(gradient[i]).toBeCloseTo(g, 6);
    // A unit beyond -1 and one beyond 1 are constants; the corner has the inner slope, as jax-js gives it.
    const [off, on] = [square([0, 1, 0]), square([0, 1, 1])];
    await expectExact(
      bernoulli(np.array([-1.5, 7, 0.5]), { probability: "hard-sigmoid" }),
      0.25 * off + 0.75 * on,
      [0, 0, (on - off) / 2],
    );
    await expectExact(bernoulli(np.array([1]), { probability: "hard-sigmoid" }), square([1]), [
      (square([1]) - square([0])) / 2,
    ]);
  });
  test("binomial: moments by their closed forms, from p near 0 to p near 1", async () => {
    // f = (w x - 0.5)^2, E = w^2 (n p q + n^2 p^2) - w n p + 1/4, dE/dp times p q.
    const [n, w] = [20, weights[0]!];
    for (const a of [-60, -9, -1, 0, 2, 9, 60]) {
      const [p, q] = [sigma(a), sigma(-a)];
      await expectExact(binomial(np.array([a]), n), w * w * (n * p * q + n * n * p * p) - w * n * p + 0.25, [
        p * q * (w * w * (n * (1 - 2 * p) + 2 * n * n * p) - w * n),
      ]);
    }
  });
  test("Poisson: moments by their closed forms; a rate of zero is a constant", async () => {
    const w = weights[0]!;
    for (const rate of [1e-9, 0.2, 1, 5, 20])
      await expectExact(
        poisson(np.log(np.array([rate])), { maxCount: 80 }),
        w * w * (rate + rate * rate) - w * rate + 0.25,
        [w * w * (rate + 2 * rate * rate) - w * rate],
      );
    await expectExact(poisson(np.array([-3e38, -1e30])), square([0, 0]), [0, 0]);
  });
  test("plackettLuce of k = 1 is categorical; of k = n - 1 the one left out, by hand", async () => {
    const logits = [0.3, -0.5, 1.1];
    const one = await exactGradient(categorical(np.array(logits)), objective([3]));
    await expectExact(plackettLuce(np.array(logits), 1), one.mean, one.gradient);
    // P(c is left) = sum over orders (a, b) of pi_a pi_b / (1 - pi_a), differentiated by small steps in float64.
    const mean = (a: readonly number[]): number => {
      const pi = softmax(a);
      return [0, 1, 2].reduce((sum, c) => {
        const [i, j] = [0, 1, 2].filter((n) => n !== c) as [number, number];
        const left = pi[i]! * pi[j]! * (1 / (1 - pi[i]!) + 1 / (1 - pi[j]!));
        return sum + left * square([0, 1, 2].map((n) => (n === c ? 0 : 1)));
      }, 0);
    };
    const step = (i: number, d: number): number => mean(logits.map((a, j) => (i === j ? a + d : a)));
    await expectExact(
      plackettLuce(np.array(logits), 2),
      mean(logits),
      logits.map((_, i) => (step(i, 1e-5) - step(i, -1e-5)) / 2e-5),
    );
  });
});

describe("what is refused", () => {
  test("an f that is not finite where the law goes; where it never goes, its value has no weight", async () => {
    const inverse: Objective = (b) => np.reciprocal(np.sum(b, -1));
    await expect(exactGradient(bernoulli(np.array([0, 0])), inverse)).rejects.toThrow(
      /Infinity at the state \[0, 0\]/,
    );
    const { mean } = await exactGradient(bernoulli(np.array([3e38, 0])), inverse);
    expect(mean).toBeCloseTo(0.75, 6);
  });
  test("more partial sets than fit", async () => {
    await expect(exactGradient(plackettLuce(np.zeros([40]), 39), (z) => np.sum(z, -1))).rejects.toThrow(
      /partial sets/,
    );
  });
});
