import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  type Estimator,
  grad,
  type NamedArrays,
  nvil,
  type Objective,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinforceMovingAverage,
} from "../../src/index.ts";
import { close } from "../close.ts";

/** Baselines that are kept from call to call, against their formulas in float64, call by call. */

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const mean = (xs: readonly number[]): number => sum(xs) / xs.length;

/** Two examples of three units, and the samples of four calls. */
const logits = [
  [0.4, -0.9, 1.3],
  [-0.2, 0.7, -1.5],
];
const p = logits.map((row) => row.map(sigma));
const calls = [
  [
    [1, 0, 1],
    [0, 1, 1],
  ],
  [
    [0, 0, 1],
    [1, 1, 0],
  ],
  [
    [1, 1, 0],
    [0, 0, 0],
  ],
  [
    [1, 0, 0],
    [1, 0, 1],
  ],
];
const noiseFor = (samples: readonly number[][]): number[][] =>
  samples.map((row) => row.map((x) => (x === 1 ? 1e-6 : 1 - 1e-6)));

const value = (x: readonly number[]): number => 9 * x[0]! - 4 * x[1]! * x[2]! + 2 * x[2]! + 1;
const f: Objective = (x) => {
  const [a, b, c] = np.split(x, 3, -1).map((v) => np.squeeze(v, -1)) as [np.Array, np.Array, np.Array];
  return a.mul(9).sub(b.mul(c.ref).mul(4)).add(c.mul(2)).add(1);
};

/** The gradient of each call, `[call][example * unit]`, and the states after it. */
function run(estimator: Estimator): { gradients: number[][]; states: { [name: string]: number[] }[] } {
  let state: NamedArrays = estimator.init(bernoulli(np.array(logits)));
  const states: { [name: string]: number[] }[] = [];
  const gradients = calls.map((samples) => {
    const [g, next] = grad(
      (a: np.Array): [np.Array, NamedArrays] => {
        const result = estimator.losses(bernoulli(a), f, np.array(noiseFor(samples)), state);
        return [np.sum(result.losses), result.state];
      },
      { hasAux: true },
    )(np.array(logits)) as [np.Array, NamedArrays];
    state = next;
    states.push(
      Object.fromEntries(
        Object.entries(next).map(([name, x]) => [name, x.ref.reshape([-1]).js() as number[]]),
      ),
    );
    return g.reshape([-1]).js() as number[];
  });
  for (const x of Object.values(state)) x.dispose();
  return { gradients, states };
}

/** `(D - mean) signal` with a signal for each example and unit. */
const estimate = (samples: readonly number[][], signal: (n: number, i: number) => number): number[] =>
  samples.flatMap((row, n) => row.map((x, i) => (x - p[n]![i]!) * signal(n, i)));

// Values of size 10 in float32.
const float32 = { within: 2e-5, relative: 1e-5 };

describe.each([0.9, 0.6])("decay %f", (decay) => {
  test("moving average: of the calls before, corrected for its start", () => {
    const { gradients, states } = run(reinforceMovingAverage({ decay }));
    let [average, weight] = [0, 0];
    calls.forEach((samples, t) => {
      const values = samples.map(value);
      const centre = t === 0 ? 0 : average / weight;
      close(
        gradients[t]!,
        estimate(samples, (n) => values[n]! - centre),
        float32,
      );
      average = decay * average + (1 - decay) * mean(values);
      weight = decay * weight + (1 - decay);
      close([states[t]!.average![0]!, states[t]!.weight![0]!], [average, weight], float32);
    });
    expect(weight).toBeCloseTo(1 - decay ** 4, 9);
  });
  test("minimum variance: one constant for each unit, of the calls before", () => {
    const { gradients, states } = run(reinforceMinimumVariance({ decay }));
    const above = [0, 0, 0];
    const below = [1e-6, 1e-6, 1e-6];
    calls.forEach((samples, t) => {
      const values = samples.map(value);
      close(
        gradients[t]!,
        estimate(samples, (n, i) => values[n]! - above[i]! / below[i]!),
        float32,
      );
      for (const i of [0, 1, 2]) {
        const squares = samples.map((row, n) => (row[i]! - p[n]![i]!) ** 2);
        above[i] = decay * above[i]! + (1 - decay) * mean(squares.map((s, n) => s * values[n]!));
        below[i] = decay * below[i]! + (1 - decay) * mean(squares);
      }
      close(states[t]!.numerator!, above, float32);
      close(states[t]!.denominator!, below, float32);
    });
  });
});

test("leave-one-out: the mean of the others, here of the other example", () => {
  const { gradients } = run(reinforceLeaveOneOut());
  calls.forEach((samples, t) => {
    const values = samples.map(value);
    close(
      gradients[t]!,
      estimate(samples, (n) => values[n]! - values[1 - n]!),
      float32,
    );
  });
});

describe("NVIL", () => {
  const HIDDEN = 32;
  /** The network in float64, from its first weights, with Adam on the mean square of `f - c - B`. */
  function reference(weights: readonly number[], learningRate: number, decay: number, normalize: boolean) {
    const theta = { w: [...weights], b: Array(HIDDEN).fill(0), o: Array(HIDDEN).fill(0), c: [0] };
    const moments = Object.fromEntries(
      Object.entries(theta).map(([name, x]) => [name, x.map(() => ({ m: 0, v: 0 }))]),
    );
    let [average, square, weight] = [0, 0, 0];
    return calls.map((samples, t) => {
      const hidden = logits.map((a) =>
        theta.b.map((b, h) => Math.tanh(a.reduce((s, x, i) => s + x * theta.w[i * HIDDEN + h]!, b))),
      );
      const signal = samples.map(
        (x, n) => value(x) - theta.c[0]! - sum(hidden[n]!.map((v, h) => v * theta.o[h]!)),
      );
      const spread = weight === 0 ? 0 : square / weight - (average / weight) ** 2;
      const deviation = normalize ? Math.max(1, Math.sqrt(Math.max(spread, 0))) : 1;
      const gradient = estimate(samples, (n) => signal[n]! / deviation);
      const slopes = signal.map((r) => (-2 * r) / signal.length); // by the prediction
      const inner = (h: number): number[] =>
        slopes.map((s, n) => s * theta.o[h]! * (1 - hidden[n]![h]! ** 2));
      const g = {
        c: [sum(slopes)],
        o: theta.o.map((_, h) => sum(slopes.map((s, n) => s * hidden[n]![h]!))),
        b: theta.b.map((_, h) => sum(inner(h))),
        w: theta.w.map((_, k) =>
          sum(inner(k % HIDDEN).map((s, n) => s * logits[n]![Math.floor(k / HIDDEN)]!)),
        ),
      };
      for (const name of ["w", "b", "o", "c"] as const)
        theta[name] = theta[name].map((x: number, k: number) => {
          const at = moments[name]![k]!;
          at.m = 0.9 * at.m + 0.1 * g[name][k]!;
          at.v = 0.999 * at.v + 0.001 * g[name][k]! ** 2;
          const root = Math.sqrt(at.v / (1 - 0.999 ** (t + 1))) + 1e-8;
          return x - (learningRate * (at.m / (1 - 0.9 ** (t + 1)))) / root;
        });
      average = decay * average + (1 - decay) * mean(signal);
      square = decay * square + (1 - decay) * mean(signal.map((r) => r ** 2));
      weight = decay * weight + (1 - decay);
      return { gradient, deviation, theta: { ...theta }, averages: [average, square, weight, t + 1] };
    });
  }
  // Square roots of moments and their quotients, over a few steps.
  const learned = { within: 1e-4, relative: 1e-4 };
  test.each([
    [false, 0.05, 0.9],
    [true, 0.05, 0.6],
  ])("normalize %s: estimates, averages and network of four calls", (normalize, learningRate, decay) => {
    const estimator = nvil({ normalize, learningRate, decay });
    const start = estimator.init(bernoulli(np.array(logits)));
    const weights = start.weights!.reshape([-1]).js() as number[];
    // The usual normal start: of variance 1 / inputs.
    expect(mean(weights.map((w) => w ** 2)) * 3).toBeGreaterThan(0.6);
    expect(mean(weights.map((w) => w ** 2)) * 3).toBeLessThan(1.5);
    expect(weights.length).toBe(3 * HIDDEN);
    const { gradients, states } = run(estimator);
    const expected = reference(weights, learningRate, decay, normalize);
    expected.forEach(({ gradient, theta, averages }, t) => {
      const state = states[t]!;
      close(gradients[t]!, gradient, learned);
      close([state.average!, state.square!, state.weight!, state.steps!].flat(), averages, learned);
      for (const [name, values] of [
        ["weights", theta.w],
        ["biases", theta.b],
        ["output", theta.o],
        ["centre", theta.c],
      ] as const)
        close(state[name]!, values, learned);
    });
    // What normalising divides by is more than the least, 1, from the second call on.
    if (normalize) expect(expected.slice(1).every(({ deviation }) => deviation > 1.5)).toBe(true);
  });
  test("a signal of little spread is not made larger", () => {
    const estimator = nvil({ normalize: true, learningRate: 0 });
    const small: Objective = (x) => np.sum(x, -1).mul(0.01);
    let state = estimator.init(bernoulli(np.array(logits)));
    const take = (e: Estimator, s: NamedArrays): [number[], NamedArrays] => {
      const [g, next] = grad(
        (a: np.Array): [np.Array, NamedArrays] => {
          const result = e.losses(bernoulli(a), small, np.array(noiseFor(calls[0]!)), s);
          return [np.sum(result.losses), result.state];
        },
        { hasAux: true },
      )(np.array(logits)) as [np.Array, NamedArrays];
      return [g.reshape([-1]).js() as number[], next];
    };
    const firstEstimates: number[][] = [];
    for (let t = 0; t < 3; t++) {
      const [g, next] = take(estimator, state);
      state = next;
      firstEstimates.push(g);
    }
    const expected = estimate(calls[0]!, (n) => 0.01 * sum(calls[0]![n]!));
    for (const g of firstEstimates) close(g, expected);
  });
});
