import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  arm,
  bernoulli,
  categorical,
  disarm,
  type Estimator,
  exact,
  grad,
  gumbelSoftmax,
  type Objective,
  reinforce,
  reinmax,
  rloo,
  straightThrough,
  straightThroughGumbelSoftmax,
  straightThroughSigmoid,
  zgr,
} from "../../src/index.ts";
import { close } from "../close.ts";
import { meanAndError, states } from "../oracle.ts";
import golden from "./golden.json" with { type: "json" };

const { categorical: cat, bernoulli: ber } = golden;

function gradientOf(
  estimator: Estimator,
  kind: "bernoulli" | "categorical",
  logits: readonly number[],
  f: Objective,
  noise: readonly number[] | readonly (readonly number[])[],
): number[] {
  return grad((a: np.Array) => {
    const q = kind === "bernoulli" ? bernoulli(a) : categorical(a);
    return estimator.losses(q, f, np.array(noise as number[]), {}).losses;
  })(np.array([...logits])).js() as number[];
}

describe("categorical vectors", () => {
  const f: Objective = (x) => np.sum(x.mul(np.array(cat.g)), -1);
  for (const [i, expected] of Object.entries(cat.by_sample)) {
    // The smallest exponential wins: this noise makes the sample e_i.
    const noise = cat.theta.map((_, j) => (j === Number(i) ? 1e-6 : 1));
    const of = (estimator: Estimator): number[] => gradientOf(estimator, "categorical", cat.theta, f, noise);
    test(`sample ${i}`, () => {
      close(of(straightThroughSigmoid()), expected.ST);
      close(of(reinmax()), expected.ReinMax_tau1);
      close(of(reinmax({ temperature: 1.3 })), expected["ReinMax_tau1.3"]);
      close(of(zgr()), expected.ZGR);
      close(of(straightThrough()), cat.g);
      const score = expected["REINFORCE_per_unit_loss(one_hot-pi)"];
      close(
        of(reinforce()),
        score.map((s) => s * cat.g[Number(i)]!),
      );
    });
  }
  test("Gumbel-softmax at temperature 0.5", () => {
    const expected = cat["gumbel_softmax_tau0.5"];
    const gradient = expected["grad(J_y g / tau)"];
    close(
      gradientOf(straightThroughGumbelSoftmax({ temperature: 0.5 }), "categorical", cat.theta, f, cat.E),
      gradient,
    );
    close(gradientOf(gumbelSoftmax({ temperature: 0.5 }), "categorical", cat.theta, f, cat.E), gradient);
    const y = gumbelSoftmax({ temperature: 0.5 }).path!(categorical(np.array(cat.theta)), np.array(cat.E));
    close(y.js() as number[], expected.y);
  });
});

describe("Bernoulli vectors", () => {
  const f: Objective = (x) => {
    const projected = np.matmul(x, np.array(ber.A).transpose());
    const first = np.sum(projected.ref.mul(np.array([1, ...ber.A.slice(1).map(() => 0)])), -1);
    return np.sum(np.tanh(projected.add(0.3)).mul(np.array(ber.w)), -1).add(np.exp(first.mul(0.4)).mul(0.7));
  };
  const of = (e: Estimator, noise: number[] | number[][]): number[] =>
    gradientOf(e, "bernoulli", ber.a, f, noise);
  const all = states({ kind: "bernoulli", logits: ber.a, categories: 1, total: 0 });
  /** Noise that makes the sample x: u below or above p. */
  const noiseFor = (x: readonly number[]): number[] => x.map((v) => (v === 1 ? 1e-6 : 1 - 1e-6));
  const expected = (e: Estimator): number[] =>
    ber.a.map((_, i) => all.reduce((sum, s) => sum + s.probability * of(e, noiseFor(s.x))[i]!, 0));

  test("exact gradient, and value E[f]", () => {
    close(of(exact(), [0]), ber.exact_gradient_of_E_f);
    const value = exact()
      .losses(bernoulli(np.array(ber.a)), f, np.array([0]), {})
      .losses.js() as number;
    expect(value).toBeCloseTo(ber.E_f, 5);
  });
  test("expectations over all samples", () => {
    close(expected(straightThroughSigmoid()), ber.expected_ST_sigmoid);
    close(expected(straightThrough()), ber.expected_ST_identity);
    close(expected(reinmax()), ber["expected_DARN=ReinMax1=ZGR"]);
    close(expected(zgr()), ber["expected_DARN=ReinMax1=ZGR"]);
    close(expected(reinforce()), ber.exact_gradient_of_E_f);
  });
  test("DisARM at the given u, and as the mean of ARM over all u with the same pair", () => {
    close(of(disarm(), ber.u), ber.DisARM);
    // Between the points where a unit of the pair flips, ARM is linear in u: its mean is its value in the middle.
    const middle = ber.u.map((u, i) => {
      const p = 1 / (1 + Math.exp(-ber.a[i]!));
      const points = [0, Math.min(p, 1 - p), Math.max(p, 1 - p), 1];
      const after = points.findIndex((point) => point > u);
      return (points[after - 1]! + points[after]!) / 2;
    });
    close(of(arm(), middle), ber.DisARM);
  });
  test("RLOO at the given samples", () => {
    close(of(rloo({ samples: ber.K_samples.length }), ber.K_samples.map(noiseFor)), ber.RLOO);
  });
  test("REINFORCE variance without baseline", () => {
    const gradients = all.map((s) => ({ p: s.probability, g: of(reinforce(), noiseFor(s.x)) }));
    const variance = ber.a.map((_, i) => {
      const mean = gradients.reduce((sum, { p, g }) => sum + p * g[i]!, 0);
      return gradients.reduce((sum, { p, g }) => sum + p * (g[i]! - mean) ** 2, 0);
    });
    close(variance, ber.var_REINFORCE_b0);
    // The helper of the other tests: values 1 and 3 have variance 2, so their mean has a standard error of 1.
    expect(meanAndError(new Float32Array([1, 3]), 1)).toEqual({ mean: [2], error: [1] });
  });
});
