import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  arm,
  arms,
  bernoulli,
  binomial,
  categorical,
  type Distribution,
  darn,
  decoupledStraightThrough,
  doubleCv,
  type Estimator,
  fini2,
  fini3,
  gappedStraightThrough,
  grad,
  gumbelRao,
  hardConcrete,
  hardConcreteGate,
  hardConcreteOpen,
  localExpectation,
  marginals,
  meanField,
  muprop,
  mve,
  type Objective,
  poisson,
  rebar,
  reinmax,
  reinmaxRao,
  relax,
  stochasticTriples,
  vimco,
} from "../../src/index.ts";
import { close } from "../close.ts";
import golden from "./golden.json" with { type: "json" };

/** The rest of the reference vectors: float64 there, float32 sums of a few products of order 1 here. */
const { categorical: cat, bernoulli: ber } = golden;

function gradientOf(
  e: Estimator,
  make: (a: np.Array) => Distribution,
  logits: readonly number[],
  f: Objective,
  noise: unknown,
): number[] {
  return grad((a: np.Array) => {
    const q = make(a);
    const { losses, state } = e.losses(
      q,
      f,
      np.array(noise as number[]),
      e.init(make(np.array([...logits]))),
    );
    for (const array of Object.values(state)) array.dispose();
    return losses;
  })(np.array([...logits])).js() as number[];
}

describe("categorical", () => {
  const f: Objective = (x) => np.sum(x.mul(np.array(cat.g)), -1);
  for (const [i, expected] of Object.entries(cat.by_sample)) {
    const winner = cat.theta.map((_, j) => (j === Number(i) ? 1e-6 : 1));
    const of = (e: Estimator, noise: unknown = winner): number[] =>
      gradientOf(e, categorical, cat.theta, f, noise);
    test(`sample ${i}`, () => {
      close(of(mve({ temperature: 0 })), expected.MVE_t0);
      close(of(mve({ temperature: 1 })), expected.MVE_t1);
      close(of(mve({ temperature: 37.5 })), expected["MVE_t37.5"]);
      close(of(mve({ temperature: 1e6 })), expected["MVE_t1e+06"], { within: 5e-5 });
      close(of(fini2()), expected.Fini2);
      const plain = decoupledStraightThrough({ backwardTemperature: 1.5, noise: "none" });
      close(of(plain), expected["ST_tau1.5(softmax_at_theta_over_tau, with 1/tau)"]);
      // ReinMax's limit, at the largest temperature that is allowed: off by theta / 100.
      of(reinmax({ temperature: 100 })).forEach((v, j) => {
        expect(Math.abs(v - expected["ReinMax_limit(tau=1e9)"][j]!)).toBeLessThan(0.02);
      });
      const stacked = [winner, cat.E];
      close(of(gumbelRao({ samples: 1, temperature: 0.5 }), stacked), expected["GumbelRao_K1_tau0.5"]);
      close(of(reinmaxRao({ samples: 1, temperature: 0.7 }), stacked), expected["ReinMaxRao_K1_tau0.7"]);
      close(of(gappedStraightThrough({ gap: 1, temperature: 0.5 })), expected["GST_grad_gap1.0_tau0.5"]);
      // Four digits: the gap is a logarithm, which jax-js 0.1.25 on wasm has to about 1e-5.
      close(
        of(gappedStraightThrough({ gapLaw: "gumbel", temperature: 0.5 })),
        expected["GST_grad_gapp_tau0.5"],
        { within: 5e-5 },
      );
    });
  }
});

describe("Bernoulli", () => {
  const f: Objective = (x) => {
    const projected = np.matmul(x, np.array(ber.A).transpose());
    const first = np.sum(projected.ref.mul(np.array([1, 0])), -1);
    return np.sum(np.tanh(projected.add(0.3)).mul(np.array(ber.w)), -1).add(np.exp(first.mul(0.4)).mul(0.7));
  };
  const of = (e: Estimator, noise: unknown): number[] => gradientOf(e, bernoulli, ber.a, f, noise);
  const noiseFor = (x: readonly number[]): number[] => x.map((v) => (v === 1 ? 1e-6 : 1 - 1e-6));
  const first = ber.K_samples[0]!;
  test("ARM, and ARMS with 2, 3 and 4 samples", () => {
    close(of(arm(), ber.u), ber.ARM.grad);
    for (const n of [2, 3, 4] as const) {
      const { E, grad: expected } = ber[`ARMS_n${n}`];
      close(of(arms({ samples: n }), E), expected);
    }
  });
  test("local expectation, stochastic triples, MuProp at the first sample", () => {
    close(of(localExpectation(), noiseFor(first)), ber.LEG_sample0);
    const triples = [noiseFor(first), ber.u, ber.u];
    close(of(stochasticTriples({ prune: false }), triples), ber.SPA_right_sample0);
    close(of(muprop(), noiseFor(first)), ber.MuProp_sample0);
  });
  test("double control variates with alpha 0.7", () => {
    close(
      of(doubleCv({ samples: 3, alpha: 0.7, learningRate: 0 }), ber.K_samples.map(noiseFor)),
      ber["DoubleCV_alpha0.7"],
    );
  });
  test("VIMCO: bound and score part, l = -f", () => {
    const e = vimco({ samples: 3 });
    const noise = ber.K_samples.map(noiseFor);
    const { losses } = e.losses(bernoulli(np.array(ber.a)), f, np.array(noise), {});
    expect(-(losses.js() as number)).toBeCloseTo(ber["VIMCO(l=-f)"].bound, 5);
    close(of(e, noise).map((v) => -v), ber["VIMCO(l=-f)"]["grad(score part)"]); // biome-ignore format: one thought
  });
  describe("control variates by relaxation at the given u and v, by finite differences in float64", () => {
    const { u, v, b } = ber.REBAR_noise;
    // Ours has z = a - logit u, so u stands for 1 - u.
    const noise = [u, v].map((row) => row.map((x) => 1 - x));
    const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
    const logit = (x: number): number => Math.log(x / (1 - x));
    const value = (x: readonly number[]): number => {
      const t = ber.A.map((row) => row.reduce((sum, w, i) => sum + w * x[i]!, 0));
      return t.reduce((sum, y, i) => sum + Math.tanh(y + 0.3) * ber.w[i]!, 0) + 0.7 * Math.exp(0.4 * t[0]!);
    };
    /** `(f(b) - c(z')) (b - p) + d[c(z) - c(z')]/da`, c a function of the perturbed logits. */
    const estimate = (c: (z: readonly number[]) => number): number[] => {
      const free = (a: readonly number[]): number => c(a.map((x, i) => x + logit(u[i]!)));
      const given = (a: readonly number[]): number =>
        c(
          a.map((x, i) => {
            const p = sigma(x);
            return x + logit(b[i] ? v[i]! * p + 1 - p : v[i]! * (1 - p));
          }),
        );
      const slope = (g: (a: readonly number[]) => number, i: number): number => {
        const at = (h: number): number => g(ber.a.map((x, j) => (i === j ? x + h : x)));
        return (at(1e-5) - at(-1e-5)) / 2e-5;
      };
      return ber.a.map(
        (x, i) => (value(b) - given(ber.a)) * (b[i]! - sigma(x)) + slope(free, i) - slope(given, i),
      );
    };
    const relaxed = (temperature: number, z: readonly number[]): number =>
      value(z.map((x) => sigma(x / temperature)));
    test("ReinMax-Rao: the relaxed sample given b, at the logits of (p + b) / 2", () => {
      const t = 0.7;
      const slope = (i: number): number => {
        const at = (h: number): number => value(b.map((x, j) => (i === j ? x + h : x)));
        return (at(1e-5) - at(-1e-5)) / 2e-5;
      };
      const expected = ber.a.map((x, i) => {
        const p = sigma(x);
        const middle = (p + b[i]!) / 2;
        const z = logit(middle) + logit(b[i] ? v[i]! * middle + 1 - middle : v[i]! * (1 - middle));
        const y = sigma(z / t);
        return slope(i) * ((2 * y * (1 - y)) / t - (p * (1 - p)) / 2);
      });
      close(of(reinmaxRao({ samples: 1, temperature: t }), noise), expected, { within: 2e-5 });
    });
    test("REBAR: f at the relaxed sample, times its scale", () => {
      const plain = estimate((z) => relaxed(0.6, z));
      close(of(rebar({ temperature: 0.6, learningRate: 0 }), noise), plain, { within: 5e-5 });
      const scaled = estimate((z) => -1.4 * relaxed(1.7, z));
      const e = rebar({ temperature: 1.7, scale: -1.4, learningRate: 0 });
      close(of(e, noise), scaled, { within: 5e-5 });
    });
    test("RELAX: that, and a network of the perturbed logits", () => {
      const estimator = relax({ temperature: 0.6, scale: 0.7, learningRate: 0 });
      const start = estimator.init(bernoulli(np.array(ber.a)));
      const hidden = start.output!.shape[0]!;
      const biases = Array.from({ length: hidden }, (_, h) => 0.3 * Math.sin(h + 1));
      const output = Array.from({ length: hidden }, (_, h) => 0.4 * Math.cos(3 * h));
      const weights = start.weights!.ref.js() as number[][];
      const net = (z: readonly number[]): number =>
        output.reduce(
          (sum, o, h) => sum + o * Math.tanh(z.reduce((s, x, i) => s + x * weights[i]![h]!, biases[h]!)),
          0,
        );
      const trained: Estimator = {
        ...estimator,
        init: () => ({ ...start, biases: np.array(biases), output: np.array(output) }),
      };
      const expected = estimate((z) => 0.7 * relaxed(0.6, z) + net(z));
      close(of(trained, noise), expected, { within: 5e-5 });
    });
  });
  test("DARN is (b - p)(b - 1/2) g", () => {
    const g = of(darn(), noiseFor(first));
    const st = of(reinmax(), noiseFor(first));
    close(g, st);
  });
});

test("hard concrete: sample, probability of being open, and gate at test time", () => {
  const { log_alpha, u, z, P_nonzero, z_test } = golden.hard_concrete;
  const noise = np.array(u.map((x) => 1 - x));
  close(hardConcrete().path!(bernoulli(np.array(log_alpha)), noise).js() as number[], z);
  close(hardConcreteOpen(np.array(log_alpha)).js() as number[], P_nonzero);
  close(hardConcreteGate(np.array(log_alpha)).js() as number[], z_test);
});

describe("mean field", () => {
  const squares = (x: np.Array) => np.sum(np.square(x.sub(np.array([0.2, -0.5, 1]))));

  test("is J(pi) g(pi), and f sees pi", () => {
    const logits = [0.3, -1.2, 2];
    const powers = logits.map(Math.exp);
    const pi = powers.map((e) => e / powers.reduce((a, b) => a + b, 0));
    const g = pi.map((p, i) => 2 * (p - [0.2, -0.5, 1][i]!));
    const along = pi.reduce((sum, p, i) => sum + p * g[i]!, 0);
    const make = (a: np.Array) => categorical(a);
    close(
      gradientOf(meanField(), make, logits, squares, [0.1, 0.5, 0.9]),
      pi.map((p, i) => p * (g[i]! - along)),
    );
  });

  test("of units with a hard sigmoid is its derivative at the probability, and 0 outside", () => {
    const make = (a: np.Array) => bernoulli(a, { probability: "hard-sigmoid" });
    const [inside, outside] = [0.5 * 2 * (0.75 - 0.2), 0];
    close(gradientOf(meanField(), make, [0.5, 1.5, -3], squares, [0.1, 0.5, 0.9]), [
      inside,
      outside,
      outside,
    ]);
  });
});

test("marginals of k-subsets", () => {
  for (const k of [1, 2, 3] as const)
    close(marginals(np.array(golden.k_subset.log_w), k).js() as number[], golden.k_subset[`marginals_k${k}`]);
});

describe("counts", () => {
  /** The weight is the estimate for f(x) = x. A distribution of one unit; the noise picks the count. */
  const weights = (
    e: Estimator,
    make: (a: np.Array) => Distribution,
    logit: number,
    masses: number[],
  ): number[] =>
    masses.map((_, k) => {
      const below = masses.slice(0, k).reduce((a, b) => a + b, 0);
      return gradientOf(e, make, [logit], (x) => np.sum(x, -1), [below + masses[k]! / 2])[0]!;
    });
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  test("Poisson with rate 3", () => {
    const { Z, w2, w3 } = golden["fini_poisson_lambda3(log-rate)"];
    const masses = Z.map((k) => (3 ** k * Math.exp(-3)) / factorial(k));
    close(weights(fini2(), poisson, Math.log(3), masses), w2, { within: 5e-5 });
    close(weights(fini3(), poisson, Math.log(3), masses), w3, { within: 5e-5 });
  });
  test("binomial of 6 trials with p = 0.35", () => {
    const { x, v2, v3 } = golden["fini_binomial_n6_p.35(logit)"];
    const masses = x.map(
      (k) => (factorial(6) / factorial(k) / factorial(6 - k)) * 0.35 ** k * 0.65 ** (6 - k),
    );
    const make = (a: np.Array): Distribution => binomial(a, 6);
    close(weights(fini2(), make, Math.log(0.35 / 0.65), masses), v2, { within: 5e-5 });
    close(weights(fini3(), make, Math.log(0.35 / 0.65), masses), v3, { within: 5e-5 });
  });
});
