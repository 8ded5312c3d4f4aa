import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  categorical,
  type Distribution,
  decoupledStraightThrough,
  grad,
  straightThroughGumbelSoftmax,
  straightThroughSigmoid,
} from "../../src/index.ts";

const logits = [
  [0.4, -0.8, 1.6],
  [-0.3, 0.9, 0.1],
];
const g = [
  [0.7, -1.1, 0.4],
  [1.3, 0.2, -0.6],
];
const temperatures = [
  [1, 0.5],
  [1, 1],
  [0.5, 0.5],
  [0.3, 1.5],
  [2, 0.5],
  [2.5, 1.7],
  [0.1, 10],
] as const;

/** Sample and gradient at the noise that the estimator draws from this key. */
function actual(make: (a: np.Array) => Distribution, options: object, seed: number, compiled: boolean) {
  const estimator = decoupledStraightThrough(options);
  const noise = estimator.noise(make(np.array(logits)), random.key(seed));
  const path = (a: np.Array): np.Array => estimator.path!(make(a), noise.ref);
  const sample = path(np.array(logits)).js() as number[][];
  const slope = grad((a: np.Array) => np.sum(path(a).mul(np.array(g))));
  const gradient = (compiled ? jit(slope) : slope)(np.array(logits)).js() as number[][];
  return { noise: noise.js() as number[][], sample, gradient };
}

describe("decoupled straight-through, against the paper's formula in float64", () => {
  for (const noise of ["shared", "none"])
    for (const [forward, backward] of temperatures)
      test(`${noise} noise, temperatures ${forward} and ${backward}`, () => {
        for (const seed of [1, 2, 3]) {
          const options = { noise, forwardTemperature: forward, backwardTemperature: backward };
          const own = actual(categorical, options, seed, seed === 3);
          logits.forEach((row, n) => {
            // The noise is exponential: its logarithm is minus a Gumbel.
            const gumbel = own.noise[n]!.map((e) => -Math.log(e));
            const scores = row.map((a, i) => a / forward + gumbel[i]!);
            const best = scores.indexOf(Math.max(...scores));
            expect(own.sample[n]).toEqual(row.map((_, i) => (i === best ? 1 : 0)));
            const soft = row.map((a, i) => a / backward + (noise === "shared" ? gumbel[i]! : 0));
            const top = Math.max(...soft);
            const weights = soft.map((s) => Math.exp(s - top));
            const total = weights.reduce((a, b) => a + b);
            const y = weights.map((w) => w / total);
            const inner = y.reduce((sum, p, i) => sum + p * g[n]![i]!, 0);
            y.forEach((p, i) => {
              const expected = (p * (g[n]![i]! - inner)) / backward;
              // float32, times 1 / t.
              expect(Math.abs(own.gradient[n]![i]! - expected)).toBeLessThan(1e-4);
            });
          });
          const bits = actual(bernoulli, options, seed, seed === 3);
          logits.forEach((row, n) => {
            row.forEach((a, i) => {
              // The upper half of the uniform numbers is held as u - 1.
              const u = bits.noise[n]![i]!;
              const logistic = u < 0 ? Math.log((1 + u) / -u) : Math.log(u / (1 - u));
              expect(bits.sample[n]![i]).toBe(a / forward > logistic ? 1 : 0);
              const p = 1 / (1 + Math.exp(-a / backward + (noise === "shared" ? logistic : 0)));
              const expected = (p * (1 - p) * g[n]![i]!) / backward;
              expect(Math.abs(bits.gradient[n]![i]! - expected)).toBeLessThan(1e-4);
            });
          });
        }
      });
  test("at temperatures of 1 it is straight-through Gumbel-softmax, and straight-through without noise", () => {
    const pairs = [
      ["shared", straightThroughGumbelSoftmax({ temperature: 1 })],
      ["none", straightThroughSigmoid()],
    ] as const;
    for (const [noise, other] of pairs) {
      const own = actual(categorical, { noise, backwardTemperature: 1 }, 7, false);
      const same = grad((a: np.Array) =>
        np.sum(other.path!(categorical(a), np.array(own.noise)).mul(np.array(g))),
      )(np.array(logits)).js() as number[][];
      expect(own.gradient).toEqual(same);
    }
  });
});
