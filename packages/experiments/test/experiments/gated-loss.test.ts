import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { type Estimator, exact, grad, type NamedArrays, straightThroughSigmoid } from "hardgrad";
import { describe, expect, test } from "vitest";
import { close } from "../../../hardgrad/test/close.ts";
import { gatedLoss } from "../../src/experiments/continual/methods/gated-loss.ts";
import { type ContinualSettings, options } from "../../src/experiments/continual/options.ts";
import { drawnDigits, resolveSettings } from "../../src/index.ts";
import { normalizedPixel } from "../../src/nn/normalize.ts";

/** The loss of a network with gates on its units, and the price of capacity, against float64. */

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const SLOPE = 1.7;
/** Two hidden layers of 3 and 2 units on 4 pixels; 3 outputs, of which the last two compete. */
const embedding = [0.4, -0.3, 1.1, -0.6, 0.8];
const used = [1, 0, 0, 1, 0];
const pixels = [
  [0, 200, 30, 255],
  [90, 10, 120, 60],
];
const labels = [2, 1];
const active = [
  [0, 1, 1],
  [0, 1, 1],
];
const shares = [0.7, 0.2];
const w1 = [0.4, -0.5, 0.9, 0.3, 0.8, -0.2, -0.7, 0.6, 0.1, 0.5, 0.2, 0.3];
const b1 = [0.2, 0.4, -0.1];
const w2 = [0.6, -0.8, 0.9, 0.7, -0.3, 1.1];
const b2 = [0.3, 0.1];
const head = [0.2, -0.9, 0.5, 0.8, 0.6, -0.4];
const headBias = [0.1, -0.2, 0.3];

const dense = (x: readonly number[], w: readonly number[], b: readonly number[]): number[] =>
  b.map((v, j) => x.reduce((total, xi, i) => total + xi * w[i * b.length + j]!, v));

/** Losses of both examples under gates. */
const lossesUnder = (gates: readonly number[]): number[] =>
  pixels.map((image, n) => {
    const hidden = dense(image.map(normalizedPixel), w1, b1).map((a, i) => Math.max(a, 0) * gates[i]!);
    const second = dense(hidden, w2, b2).map((a, i) => Math.max(a, 0) * gates[3 + i]!);
    const scores = dense(second, head, headBias);
    const e = scores.map((s, j) => (active[n]![j] ? Math.exp(s) : 0));
    return -Math.log(e[labels[n]!]! / sum(e));
  });
const weighted = (losses: readonly number[]): number => sum(losses.map((l, n) => l * shares[n]!));
/** The share of the free units that is taken. */
const capacityOf = (taken: readonly number[]): number =>
  sum(taken.map((a, i) => a * (1 - used[i]!))) / sum(used.map((u) => 1 - u));
/** The mean over all gates of independent bits. */
const meanUnder = (p: readonly number[]): number =>
  sum(
    Array.from({ length: 2 ** p.length }, (_, s) => {
      const bits = p.map((_p, i) => (s >> i) & 1);
      return bits.reduce((m, b, i) => m * (b ? p[i]! : 1 - p[i]!), 1) * weighted(lossesUnder(bits));
    }),
  );

const data = drawnDigits({ train: 20, test: 20 });
const settingsOf = (given: Partial<ContinualSettings>): ContinualSettings =>
  resolveSettings(options, { capacity: 0.6, slope: 50, ...given }, data);

function run(e: np.Array, settings: ContinualSettings, estimator: Estimator) {
  const [e1, e2] = np.split(e, [3], 0) as [np.Array, np.Array];
  const params: NamedArrays = {
    w1: np.array(w1).reshape([4, 3]),
    b1: np.array(b1),
    e1,
    w2: np.array(w2).reshape([3, 2]),
    b2: np.array(b2),
    e2,
    head: np.array(head).reshape([2, 3]),
    headBias: np.array(headBias),
  };
  const method = { used1: np.array(used.slice(0, 3)), used2: np.array(used.slice(3)) };
  return gatedLoss(params, method, {
    batch: {
      images: np.array(pixels),
      labels: np.array(labels),
      active: np.array(active),
      weights: np.array(shares),
    },
    key: random.key(3),
    slope: np.array(SLOPE),
    estimator,
    estimatorState: {},
    settings,
  });
}

/** Value, and slope by embedding. */
function measured(settings: ContinualSettings, estimator: Estimator) {
  const { loss, state } = run(np.array(embedding), settings, estimator);
  expect(state).toEqual({});
  const slope = grad((e: np.Array) => run(e, settings, estimator).loss)(np.array(embedding));
  return { loss: loss.item() as number, slope: slope.js() as number[] };
}
const slopesOf = (f: (e: readonly number[]) => number): number[] =>
  embedding.map((_, i) => {
    const at = (h: number): number => f(embedding.map((v, j) => (i === j ? v + h : v)));
    return (at(1e-5) - at(-1e-5)) / 2e-5;
  });

describe("the gated loss of two layers", () => {
  test("sampled: the mean over all gates, and its gradient", () => {
    const f = (e: readonly number[]): number => {
      const p = e.map((v) => sigma(SLOPE * v));
      return meanUnder(p) + 0.6 * capacityOf(p);
    };
    const { loss, slope } = measured(settingsOf({ gates: "sampled" }), exact());
    close([loss], [f(embedding)], { within: 2e-5 });
    close(slope, slopesOf(f), { within: 2e-5 });
  });
  test("annealed: sigmoids at the slope, and the paper's gradient at the largest slope", () => {
    const value = (gates: readonly number[]): number =>
      weighted(lossesUnder(gates)) + 0.6 * capacityOf(gates);
    const gates = embedding.map((v) => sigma(SLOPE * v));
    const { loss, slope } = measured(settingsOf({ gates: "annealed" }), straightThroughSigmoid());
    close([loss], [value(gates)], { within: 2e-5 });
    const expected = gates.map((_, i) => {
      const at = (h: number): number => value(gates.map((v, j) => (i === j ? v + h : v)));
      return ((at(1e-5) - at(-1e-5)) / 2e-5) * 50 * sigma(embedding[i]!) * sigma(-embedding[i]!);
    });
    // The factor 50 stands before float32 sums of order 1.
    close(slope, expected, { within: 2e-4, relative: 1e-4 });
  });
  test("hard: by the sign of the embedding, with the estimator's gradient", () => {
    const value = (gates: readonly number[]): number =>
      weighted(lossesUnder(gates)) + 0.6 * capacityOf(gates);
    const gates = embedding.map((v) => (v > 0 ? 1 : 0));
    const { loss, slope } = measured(settingsOf({ gates: "hard" }), straightThroughSigmoid());
    close([loss], [value(gates)], { within: 2e-5 });
    const expected = gates.map((_, i) => {
      const at = (h: number): number => value(gates.map((v, j) => (i === j ? v + h : v)));
      const p = sigma(SLOPE * embedding[i]!);
      return ((at(1e-5) - at(-1e-5)) / 2e-5) * SLOPE * p * (1 - p);
    });
    close(slope, expected, { within: 5e-5 });
  });
});
