import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import {
  bernoulli,
  grad,
  sigmoid,
  sigmoidDerivative,
  step,
  straightThroughSigmoid,
  superSpike,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";

/** What a pseudo-derivative is (Gygax & Zenke 2025): the derivative of a stochastic neuron's mean, not of a loss. */

test("the sigmoid pseudo-derivative is d/du P(spike | u), and integrates to 1; others must be scaled to", () => {
  const u = [-3, -0.7, -0.1, 0, 0.2, 1.1, 4];
  for (const alpha of [0.5, 1, 4, 25]) {
    const slope = grad((x: np.Array) => np.sum(sigmoid(x.mul(alpha))))(np.array(u));
    close(numbers(sigmoidDerivative({ alpha }).derivative(np.array(u))), numbers(slope));
  }
  // A neuron with this escape noise is a Bernoulli unit, and the straight-through gradient of one layer is exact.
  const unit = step({ derivative: sigmoidDerivative({ alpha: 1 }) });
  const byUnit = grad((x: np.Array) => np.sum(unit.apply(x).mul(3)))(np.array(u));
  const byLayer = grad((x: np.Array) =>
    np.sum(straightThroughSigmoid().path!(bernoulli(x), np.full([u.length], 0.5)).mul(3)),
  )(np.array(u));
  const exact = numbers(grad((x: np.Array) => np.sum(sigmoid(x).mul(3)))(np.array(u)));
  close(numbers(byUnit), exact);
  close(numbers(byLayer), exact);
  expect(superSpike({ alpha: 1 }).integral).toBe(2);
});

test("through two layers straight-through is not the gradient of the mean", () => {
  // b1 ~ B(sigmoid a), b2 ~ B(sigmoid(w b1 + c)), L = b2; golden numbers by numpy in float64, at a = .3, w = 2, c = -1.
  const [a, w, c] = [0.3, 2, -1];
  const estimator = straightThroughSigmoid();
  const draw = (x: np.Array, u: number): np.Array => estimator.path!(bernoulli(x), np.array([u]));
  const given = (u: number): number =>
    numbers(grad((x: np.Array) => np.sum(draw(draw(x, u).mul(w).add(c), 0.5)))(np.array([a])))[0]!;
  const p = 1 / (1 + Math.exp(-a));
  const mean = p * given(0) + (1 - p) * given(0.999); // b1 = 1 below p; b2 is linear, so its draw does not matter
  close([mean], [0.0961268]);
  const truth = grad((x: np.Array) => {
    const first = sigmoid(x);
    const on = sigmoid(np.array([w + c]));
    const off = sigmoid(np.array([c]));
    return np.sum(first.ref.mul(on).add(np.negative(first).add(1).mul(off)));
  })(np.array([a]));
  close(numbers(truth), [0.1129684]);
});

test("surrogate gradients are the gradient of no loss: their integral around a loop is not 0", () => {
  // h = 1[w1 x > 0], o = 1[w2 h > .5], L = (o - t)^2 / 2 with x = 1, t = 0; w1 from .5 to 1.5, w2 from .8 to 1.6.
  const unit = step({ derivative: sigmoidDerivative({ alpha: 1 }) });
  const output = step({ derivative: sigmoidDerivative({ alpha: 1 }), threshold: 0.5 });
  const field = grad(
    (w1: np.Array, w2: np.Array) => np.sum(np.square(output.apply(w2.mul(unit.apply(w1)))).mul(0.5)),
    { argnums: [0, 1] },
  );
  const n = 400;
  const along = (from: number, to: number): number[] =>
    Array.from({ length: n }, (_, i) => from + ((i + 0.5) / n) * (to - from));
  const side = (w1: number[], w2: number[], which: 0 | 1, length: number): number => {
    const g = numbers(field(np.array(w1), np.array(w2))[which]!);
    return (g.reduce((sum, v) => sum + v, 0) / n) * length;
  };
  const held = (value: number): number[] => along(value, value);
  const loop =
    side(along(0.5, 1.5), held(0.8), 0, 1) +
    side(held(1.5), along(0.8, 1.6), 1, 0.8) -
    side(along(0.5, 1.5), held(1.6), 0, 1) -
    side(held(0.5), along(0.8, 1.6), 1, 0.8);
  close([loop], [-0.0203359]);
});
