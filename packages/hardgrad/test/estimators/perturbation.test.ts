import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  adaptiveImle,
  bernoulli,
  categorical,
  type Distribution,
  type Estimator,
  grad,
  imle,
  type NamedArrays,
  type Objective,
  perturbedOptimizer,
  subset,
} from "../../src/index.ts";
import { close } from "../close.ts";

/** Perturb-and-MAP at given noise, against the formulas in float64. */

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const kinds = {
  bernoulli: {
    make: (a: np.Array): Distribution => bernoulli(a),
    map: (s: readonly number[]) => s.map((v) => (v > 0 ? 1 : 0)),
    largest: () => 0,
  },
  categorical: {
    make: (a: np.Array): Distribution => categorical(a),
    map: (s: readonly number[]) => s.map((v) => (v === Math.max(...s) ? 1 : 0)),
    largest: (a: readonly number[]) => Math.max(...a),
  },
  subset: {
    make: (a: np.Array): Distribution => subset(a, 2),
    map: (s: readonly number[]) => s.map((v) => (v >= [...s].sort((x, y) => y - x)[1]! ? 1 : 0)),
    // Logits count from the last that is in.
    largest: (a: readonly number[]) => [...a].sort((x, y) => y - x)[1]!,
  },
} as const;

/** Two examples of four entries, and noise for each. */
const logits = [
  [0.4, -0.9, 1.3, 0.2],
  [-0.2, 0.7, -1.5, 0.1],
];
const noises = [
  [
    [0.3, 1.2, -0.8, 0.4],
    [-0.5, -0.9, 0.9, 1.7],
  ],
  [
    [-1.1, 0.6, 0.2, -0.3],
    [0.8, -0.4, 2.1, -0.6],
  ],
  [
    [0.9, 1.6, -1.9, 0.5],
    [1.4, 0.1, 0.3, -0.2],
  ],
];
const c = [2, -1.5, 1, 0.5];
/** `(sum c x - 0.7)^2 / 2`, whose gradient is `c (sum c x - 0.7)`. */
const f: Objective = (x) => np.square(np.sum(x.mul(np.array(c)), -1).sub(0.7)).mul(0.5);
const value = (x: readonly number[]): number => (sum(x.map((v, i) => v * c[i]!)) - 0.7) ** 2 / 2;
const slope = (x: readonly number[]): number[] => c.map((v) => v * (sum(x.map((w, i) => w * c[i]!)) - 0.7));

/** Losses, gradient and next state of one call. */
function call(estimator: Estimator, make: (a: np.Array) => Distribution, noise: unknown, state: NamedArrays) {
  let losses: number[] = [];
  const [g, next] = grad(
    (a: np.Array): [np.Array, { losses: np.Array; state: NamedArrays }] => {
      const result = estimator.losses(make(a), f, np.array(noise as number[][]), state);
      return [np.sum(result.losses.ref), result];
    },
    { hasAux: true },
  )(np.array(logits)) as [np.Array, { losses: np.Array; state: NamedArrays }];
  losses = next.losses.js() as number[];
  return { losses, gradient: g.js() as number[][], state: next.state };
}

describe.each(Object.entries(kinds))("%s", (_kind, { make, map, largest }) => {
  const shifted = logits.map((a) => a.map((v) => v - largest(a)));
  const scoresOf = (noise: readonly number[][]): number[][] =>
    noise.map((row, n) => row.map((e, i) => shifted[n]![i]! + e));

  test.each([1, 0.4, 3])(
    "I-MLE, step %f: the state less that of logits moved against the gradient",
    (step) => {
      let different = 0;
      for (const noise of noises) {
        const { losses, gradient } = call(imle({ step }), make, noise, {});
        const states = scoresOf(noise).map(map);
        close(losses, states.map(value));
        scoresOf(noise).forEach((s, n) => {
          const g = slope(states[n]!);
          const target = map(s.map((v, i) => v - step * g[i]!));
          const expected = states[n]!.map((v, i) => (v - target[i]!) / step);
          different += expected.filter((v) => v !== 0).length;
          close(gradient[n]!, expected);
        });
      }
      expect(different).toBeGreaterThan(0);
    },
  );

  test("adaptive I-MLE: to both sides, by a step that follows the share of examples with a gradient", () => {
    const [target, rate] = [0.3, 0.8];
    const estimator = adaptiveImle({ target, rate });
    let state = estimator.init(make(np.array(logits)));
    let logStep = 0;
    let different = 0;
    for (const noise of [...noises, ...noises]) {
      const result = call(estimator, make, noise, state);
      state = result.state;
      const states = scoresOf(noise).map(map);
      close(result.losses, states.map(value));
      const norm = (x: readonly number[]): number => Math.sqrt(sum(x.map((v) => v * v)));
      let alive = 0;
      scoresOf(noise).forEach((s, n) => {
        const g = slope(states[n]!);
        const step = (Math.exp(logStep) * (norm(shifted[n]!) + 1)) / norm(g);
        const up = map(s.map((v, i) => v + step * g[i]!));
        const down = map(s.map((v, i) => v - step * g[i]!));
        const expected = up.map((v, i) => (v - down[i]!) / step / 2);
        if (expected.some((v) => v !== 0)) alive += 1 / logits.length;
        different += alive;
        close(result.gradient[n]!, expected, { within: 1e-5, relative: 1e-5 });
      });
      logStep -= (alive - target) * rate;
      close([state.logStep!.ref.item() as number], [logStep]);
    }
    state.logStep!.dispose();
    expect(different).toBeGreaterThan(0);
  });

  test("perturbed optimizer: the mean of the states, and its derivative centred by the others", () => {
    const deviation = 1.3;
    const estimator = perturbedOptimizer({ deviation, samples: noises.length });
    const states = noises.map((noise) =>
      noise.map((row, n) => map(row.map((z, i) => shifted[n]![i]! + deviation * z))),
    );
    const mean = logits.map((a, n) => a.map((_, i) => sum(states.map((s) => s[n]![i]!)) / noises.length));
    const path = (a: np.Array): np.Array => estimator.path(make(a), np.array(noises));
    const flat = (x: np.Array): number[] => x.reshape([-1]).js() as number[];
    close(flat(path(np.array(logits))), mean.flat());
    const g = grad((a: np.Array) => np.sum(path(a).mul(np.array(c))))(np.array(logits));
    const expected = logits.flatMap((a, n) =>
      a.map((_, i) =>
        sum(
          noises.map((noise, m) => {
            const along = sum(c.map((v, j) => v * (states[m]![n]![j]! - mean[n]![j]!)));
            return (along * noise[n]![i]!) / ((noises.length - 1) * deviation);
          }),
        ),
      ),
    );
    close(flat(g), expected);
  });
});

test("adaptive I-MLE keeps the logarithm of its step from -15 to 5", () => {
  const at = (start: number, wanted: number): number => {
    const estimator = adaptiveImle({ target: wanted, rate: 1 });
    const noise = [
      [9, 9, 9, 9],
      [9, 9, 9, 9],
    ];
    const { state } = call(estimator, kinds.bernoulli.make, noise, { logStep: np.array(start) });
    return state.logStep!.item() as number;
  };
  // Noise far beyond every step: no gradient until the step is e^3.
  expect(at(-14.9, 0.5)).toBeCloseTo(-14.4, 5);
  expect(at(4.9, 0.5)).toBeCloseTo(4.4, 5);
  expect(at(-20, 0.5)).toBe(-15);
  expect(at(9, 0.5)).toBe(5);
});
