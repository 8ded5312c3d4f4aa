import "../setup.ts";
import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  capacityPenalty,
  categorical,
  exampleRatePenalty,
  gateRatePenalty,
  gateVariancePenalty,
  grad,
  hardConcreteOpen,
  hatGate,
  rateDivergence,
  sigmoid,
} from "../../src/index.ts";

/** Where a clip inside a penalty would show. */
const extremes = [-200, -100, -80, -30, -17, -14, -2, 0, 0.5, 3, 14, 17, 30, 80, 100, 200];
const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
/** Gradients in float32 of values of order 1, or 0 where the closed form is. */
const near = (actual: number[], expected: number[], tolerance = 2e-6): void => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((v, i) => {
    const d = Math.abs(v - expected[i]!);
    expect(d <= tolerance * Math.max(1, Math.abs(expected[i]!)), `${i}: ${v}, not ${expected[i]}`).toBe(true);
  });
};
const flat = (x: np.Array): number[] => (x.js() as number[][]).flat();

describe("gradients of penalties at saturated gates, against closed forms in float64", () => {
  const rate = 0.1;
  const compiled = [(f: (a: np.Array) => np.Array) => f, (f: (a: np.Array) => np.Array) => jit(f)];
  for (const wrap of compiled)
    test("the divergence pulls hardest where a gate is always closed or always open", () => {
      const slope = wrap(grad((a: np.Array) => rateDivergence(bernoulli(a), rate)));
      // Gates alike for three examples: d/da of KL(s || sigmoid(a)), a third for each.
      const rows = [extremes, extremes, extremes];
      const row = extremes.map((a) => (sigma(a) - rate) / 3);
      near(flat(slope(np.array(rows))), [...row, ...row, ...row]);
      // One gate, examples far apart: weights of the mean's two logarithms.
      for (const [a, b] of [
        [-200, -198],
        [200, 198],
        [-30, 30],
        [-80, -14],
      ] as const) {
        const open = [
          Math.exp(a - Math.max(a, b)) / (1 + Math.exp(a)),
          Math.exp(b - Math.max(a, b)) / (1 + Math.exp(b)),
        ];
        const shut = [
          Math.exp(-a - Math.max(-a, -b)) / (1 + Math.exp(-a)),
          Math.exp(-b - Math.max(-a, -b)) / (1 + Math.exp(-b)),
        ];
        const all = (x: number[]): number => x[0]! + x[1]!;
        const both = [a, b].map(
          (x, i) =>
            (-rate * open[i]! * sigma(-x)) / all(open) + ((1 - rate) * shut[i]! * sigma(x)) / all(shut),
        );
        // exp(-max) cancels in open / all(open), and p = exp(a) / (1 + exp(a)).
        near(flat(slope(np.array([[a], [b]]))), both);
      }
    });
  test("the divergence itself, far outside of what a float32 probability can say", () => {
    for (const a of extremes) {
      const s = 0.25;
      const soft = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      const expected = s * (Math.log(s) + soft(-a)) + (1 - s) * (Math.log(1 - s) + soft(a));
      const value = rateDivergence(bernoulli(np.full([4, 1], a)), s).item();
      // The wasm logarithm of jax-js 0.1.25 is right to about 1e-5.
      expect(Math.abs(value - expected) < 5e-5 + 1e-6 * expected, `${a}: ${value}, not ${expected}`).toBe(
        true,
      );
    }
  });
  test("of probabilities: the closed form while they tell 1 - p, then at least the sign", () => {
    const slope = grad((a: np.Array) => rateDivergence(sigmoid(a), rate));
    // 1 - p at a logit of 10 is known to 6e-8 / 4.5e-5.
    for (const a of [-40, -30, -17, -14, -2, 0, 2, 10])
      near(
        flat(slope(np.full([3, 1], a))),
        [0, 0, 0].map(() => (sigma(a) - rate) / 3),
        2e-3,
      );
    for (const a of [14, 16, 17, 30, 60]) expect(flat(slope(np.full([3, 1], a)))[0]).toBeGreaterThan(0);
    for (const p of [0, 1])
      expect(Number.isFinite(rateDivergence(np.full([4, 5], p), 0.1).item())).toBe(true);
  });
  test("hard-sigmoid gates, and variables that are no gates", () => {
    const q = bernoulli(np.array([[0.2], [-0.4]]), { probability: "hard-sigmoid" });
    const p = (0.6 + 0.3) / 2;
    const expected = 0.25 * Math.log(0.25 / p) + 0.75 * Math.log(0.75 / (1 - p));
    expect(rateDivergence(q, 0.25).item()).toBeCloseTo(expected, 5);
    expect(() => rateDivergence(categorical(np.zeros([2, 3])), 0.25)).toThrow(/must be bernoulli/);
    expect(() => rateDivergence(bernoulli(np.zeros([3])), 0.25)).toThrow(/shape \[batch, gates\]/);
  });
  test("condnet's penalties and the expected number of hard-concrete gates have no clip", () => {
    const batch = extremes.map((a) => [a]);
    const p = extremes.map(sigma);
    const d = extremes.map((a) => sigma(a) * sigma(-a));
    const mean = p.reduce((a, b) => a + b) / p.length;
    const n = p.length;
    const slope = (f: (x: np.Array) => np.Array): number[] =>
      flat(grad((a: np.Array) => f(sigmoid(a)))(np.array(batch)));
    near(
      slope((x) => gateRatePenalty(x, rate)),
      d.map((v) => (2 * (mean - rate) * v) / n),
    );
    near(
      slope((x) => exampleRatePenalty(x, rate)),
      d.map((v, i) => (2 * (p[i]! - rate) * v) / n),
    );
    near(
      slope((x) => gateVariancePenalty(x)),
      d.map((v, i) => (-2 * (p[i]! - mean) * v) / n),
    );
    const shift = (2 / 3) * Math.log(0.1 / 1.1);
    near(
      flat(grad((a: np.Array) => np.sum(hardConcreteOpen(a)))(np.array(batch))),
      extremes.map((a) => sigma(a - shift) * sigma(shift - a)),
    );
  });
  test("HAT: the gate's gradient and the capacity's, relative, on both sides", () => {
    const some = extremes.filter((a) => Math.abs(a) <= 30);
    const slope = grad((e: np.Array) =>
      capacityPenalty([hatGate(e, np.array(1))], [np.zeros([some.length])]),
    );
    (slope(np.array(some)).js() as number[]).forEach((v, i) => {
      const expected = (400 * sigma(some[i]!) * sigma(-some[i]!)) / some.length;
      expect(Math.abs(v / expected - 1), `${some[i]}`).toBeLessThan(1e-5);
    });
  });
});
