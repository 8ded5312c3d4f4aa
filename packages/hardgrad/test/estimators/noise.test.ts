import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  additiveNoise,
  bernoulli,
  grad,
  multiplicativeNoise,
  noisyRectifier,
  type PathEstimator,
  stochasticTimesSmooth,
} from "../../src/index.ts";
import { close } from "../close.ts";

/** The stochastic neurons of Bengio et al. 2013 against their formulas in float64, at given noise. */

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
const logits = [-2, -0.4, 0.3, 1.2, -0.7, 2.5];
const z = [0.5, 0.1, -0.8, 1.7, 2, -0.5];
const weights = [1, -2, 0.5, 3, -1, 2];

/** Values and gradient of `sum w h` at the noise. */
function at(estimator: PathEstimator, noise: readonly number[]): { values: number[]; gradient: number[] } {
  const h = (a: np.Array): np.Array => estimator.path(bernoulli(a), np.array([...noise]));
  return {
    values: h(np.array(logits)).js() as number[],
    gradient: grad((a: np.Array) => np.sum(h(a).mul(np.array(weights))))(np.array(logits)).js() as number[],
  };
}

function agrees(
  estimator: PathEstimator,
  noise: readonly number[],
  value: (a: number, z: number) => number,
  slope: (a: number, z: number) => number,
): void {
  const { values, gradient } = at(estimator, noise);
  close(
    values,
    logits.map((a, i) => value(a, noise[i]!)),
  );
  close(
    gradient,
    logits.map((a, i) => weights[i]! * slope(a, noise[i]!)),
  );
}

const activations = {
  sigmoid: [sigma, (x: number) => sigma(x) * sigma(-x)],
  "hard-sigmoid": [
    (x: number) => Math.min(1, Math.max(0, (x + 1) / 2)),
    (x: number) => (Math.abs(x) < 1 ? 0.5 : 0),
  ],
  rectifier: [(x: number) => Math.max(0, x), (x: number) => (x > 0 ? 1 : 0)],
} as const;

describe("at given noise", () => {
  test("stochastic times smooth: b sqrt(p), and b sqrt(p) (1 - p) / 2", () => {
    const uniforms = logits.map((a, i) => Math.sqrt(sigma(a)) + (i % 2 === 0 ? -0.02 : 0.02));
    const on = (a: number, u: number): number => (u < Math.sqrt(sigma(a)) ? Math.sqrt(sigma(a)) : 0);
    agrees(stochasticTimesSmooth(), uniforms, on, (a, u) => (on(a, u) * sigma(-a)) / 2);
  });
  test("noisy rectifier: max(0, a + z)", () => {
    const [phi, slope] = activations.rectifier;
    agrees(
      noisyRectifier(),
      z,
      (a, x) => phi(a + x),
      (a, x) => slope(a + x),
    );
  });
  for (const name of ["sigmoid", "hard-sigmoid", "rectifier"] as const)
    test(`${name}: phi(a + z), and phi(a (1 + z)) with its factor 1 + z`, () => {
      const [phi, slope] = activations[name];
      agrees(
        additiveNoise({ activation: name }),
        z,
        (a, x) => phi(a + x),
        (a, x) => slope(a + x),
      );
      agrees(
        multiplicativeNoise({ activation: name }),
        z,
        (a, x) => phi(a * (1 + x)),
        (a, x) => slope(a * (1 + x)) * (1 + x),
      );
    });
  test("the activation is the sigmoid unless another is given", () => {
    for (const make of [additiveNoise, multiplicativeNoise])
      expect(at(make(), z)).toEqual(at(make({ activation: "sigmoid" }), z));
  });
});

describe("laws of the noise", () => {
  const count = 40_000;
  const drawn = (e: PathEstimator): number[] =>
    e.noise(bernoulli(np.zeros([count])), random.key(4)).js() as number[];
  const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
  // Variance and fourth moment over its square.
  const laws = { gaussian: [1, 3], logistic: [Math.PI ** 2 / 3, 4.2], uniform: [1 / 3, 1.8] } as const;
  for (const [noise, [variance, kurtosis]] of Object.entries(laws))
    for (const scale of [1, 2.5])
      test(`${noise}, factor ${scale}`, () => {
        for (const make of [noisyRectifier, additiveNoise, multiplicativeNoise]) {
          const x = drawn(make({ noise: noise as "gaussian", scale }));
          const squares = x.map((v) => v ** 2);
          const deviation = scale * Math.sqrt(variance);
          // 4.5 standard errors: of the mean 0.0225 deviations, of the variance 4.5 sqrt((kurtosis - 1) / count).
          expect(Math.abs(mean(x)) / deviation).toBeLessThan(0.0225);
          expect(Math.abs(mean(squares) / deviation ** 2 - 1)).toBeLessThan(
            4.5 * Math.sqrt((kurtosis - 1) / count),
          );
          // The eighth moment of the logistic law is large: its fourth is right to a tenth only.
          const fourth = mean(squares.map((v) => v ** 2)) / deviation ** 4;
          expect(Math.abs(fourth / kurtosis - 1)).toBeLessThan(0.12);
          if (noise === "uniform") expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(scale);
        }
      });
  test("unless given: logistic for the rectifier, else gaussian, and a factor of 1", () => {
    expect(drawn(noisyRectifier())).toEqual(drawn(noisyRectifier({ noise: "logistic", scale: 1 })));
    for (const make of [additiveNoise, multiplicativeNoise])
      expect(drawn(make())).toEqual(drawn(make({ noise: "gaussian", scale: 1 })));
  });
});
