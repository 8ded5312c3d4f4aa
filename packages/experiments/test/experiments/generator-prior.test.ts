import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { grad, type NamedArrays } from "hardgrad";
import { describe, expect, test } from "vitest";
import { bitsOf, bitsParams, groupCount, logPriorOfBits } from "../../src/experiments/generator/bits.ts";
import { flowParams, logPrior, noiseOf, styleOf } from "../../src/experiments/generator/flow.ts";
import { formOf, generator, resolveSettings } from "../../src/index.ts";
import { keepAll } from "../../src/nn/named-arrays.ts";

const settings = resolveSettings(
  generator.options,
  { styleSize: 5, priorLayers: 4, priorHidden: "7-6" },
  formOf({ data: "drawn" }),
);
const classes = 3;

/** Parameters that are zero at first become something. */
function roused(params: NamedArrays): NamedArrays {
  return Object.fromEntries(
    Object.entries(params).map(([name, x], i) => [
      name,
      x.add(random.normal(random.key(100 + i), x.shape).mul(0.7)),
    ]),
  );
}

const oneHot = (k: number, rows: number): np.Array =>
  np.array(Array.from({ length: rows }, () => [0, 1, 2].map((c) => (c === k ? 1 : 0))));

describe("the prior of a continuous style", () => {
  const params = roused(flowParams(random.key(1), 5, classes, settings));

  test("noise to style and back", () => {
    const noise = random.normal(random.key(2), [6, 5]);
    const style = styleOf(keepAll(params), noise.ref, oneHot(1, 6));
    const back = noiseOf(keepAll(params), style, oneHot(1, 6)).noise.dataSync();
    // Four layers of exponentials in float32.
    for (const [i, value] of noise.dataSync().entries()) expect(back[i]).toBeCloseTo(value, 3);
  });

  test("log-density: that of the noise, and the Jacobian of the map by automatic differentiation", () => {
    const noise = [0.3, -1.1, 0.8, 0.1, -0.4];
    const map = (point: np.Array): np.Array => styleOf(keepAll(params), point, oneHot(2, 1));
    const at = (point: readonly number[]): number[] => [...map(np.array([[...point]])).dataSync()];
    const jacobian = noise.map((_, i) => {
      const one = np.array([noise.map((__, j) => (i === j ? 1 : 0))]);
      return [...grad((point: np.Array) => np.sum(map(point).mul(one)))(np.array([noise])).dataSync()];
    });
    const normal = noise.reduce((sum, x) => sum - x ** 2 / 2 - Math.log(2 * Math.PI) / 2, 0);
    const expected = normal - Math.log(Math.abs(determinant(jacobian)));
    const style = np.array([at(noise)]);
    expect(logPrior(keepAll(params), style, oneHot(2, 1)).dataSync()[0]).toBeCloseTo(expected, 4); // float32;
    // The class matters: a test that could not see it would pass with any.
    expect(
      Math.abs(logPrior(keepAll(params), np.array([at(noise)]), oneHot(0, 1)).dataSync()[0]! - expected),
    ).toBeGreaterThan(0.5);
  });

  test("untrained, and without layers, it is the standard normal", () => {
    const fresh = flowParams(random.key(1), 5, classes, settings);
    const none = flowParams(random.key(1), 5, classes, { ...settings, priorLayers: 0 });
    const style = [[0.5, -2, 0, 1, 0.25]];
    const expected = -(0.25 + 4 + 1 + 0.0625) / 2 - 2.5 * Math.log(2 * Math.PI);
    for (const p of [fresh, none])
      expect(logPrior(p, np.array(style), oneHot(0, 1)).dataSync()[0]).toBeCloseTo(expected, 5);
  });
});

test("a layer of the flow by its formula: a half moves, as the other half and the class say", () => {
  const own = { ...settings, priorLayers: 1 };
  const params = roused(flowParams(random.key(1), 5, classes, own));
  const names = Object.keys(params);
  expect(names).toContain("prior.1.scale.b1");
  const table = (name: string): number[][] => params[`prior.1.${name}`]!.ref.js() as number[][];
  const row = (name: string): number[] => params[`prior.1.${name}`]!.ref.js() as number[];
  const dense = (x: readonly number[], w: number[][], b: number[]): number[] =>
    b.map((v, j) => x.reduce((s, xi, i) => s + xi * w[i]![j]!, v));
  const relu = (x: readonly number[]): number[] => x.map((v) => Math.max(0, v));
  const noise = [0.3, -1.2, 0.8, 0.1, -0.5];
  const style = styleOf(keepAll(params), np.array([noise]), oneHot(2, 1)).dataSync();
  const moved = noise.map((v, i) => Math.abs(style[i]! - Math.fround(v)) > 1e-6);
  expect([2, 3]).toContain(moved.filter(Boolean).length);
  const kept = noise.map((v, i) => (moved[i] ? 0 : v));
  const first = dense(kept, table("w1"), row("b1")).map((v, k) => v + table("y")[2]![k]!);
  const hidden = relu(dense(relu(first), table("w2"), row("b2")));
  const raw = dense(hidden, table("scale.w1"), row("scale.b1"));
  const shift = dense(hidden, table("shift.w1"), row("shift.b1"));
  for (const [i, v] of noise.entries()) {
    const expected = moved[i] ? v * Math.exp(2 * Math.tanh(raw[i]! / 2)) + shift[i]! : v;
    expect(Math.abs(style[i]! - expected)).toBeLessThan(1e-4 * (1 + Math.abs(expected)));
  }
});

describe("the prior of a binary style", () => {
  const states = Array.from({ length: 32 }, (_, s) => [0, 1, 2, 3, 4].map((i) => (s >> i) & 1));

  test("log-probabilities by the formula: each group sees those before it, the class and its biases", () => {
    const own = { ...settings, priorLayers: 2 };
    const params = roused(bitsParams(random.key(3), 5, classes, own));
    const table = (name: string): number[][] => params[`prior.${name}`]!.ref.js() as number[][];
    const row = (name: string): number[] => params[`prior.${name}`]!.ref.js() as number[];
    const [w1, y, w2, direct, byClass] = ["w1", "y", "w2", "direct", "class"].map(table) as number[][][];
    const [b1, b2] = [row("b1"), row("b2")];
    const group = (i: number): number => Math.floor((i * 2) / 5);
    const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
    const expected = states.map((bits) => {
      const signs = bits.map((b) => 2 * b - 1);
      const hidden = b1.map((b, k) =>
        Math.max(0, b + y![1]![k]! + sum(signs.map((v, i) => (group(i) <= k % 2 ? v * w1![i]![k]! : 0)))),
      );
      return sum(
        bits.map((bit, j) => {
          const seen = sum(hidden.map((h, k) => (k % 2 < group(j) ? h * w2![k]![j]! : 0)));
          const there = sum(signs.map((v, i) => (group(i) < group(j) ? v * direct![i]![j]! : 0)));
          const logit = seen + there + byClass![1]![j]! + b2[j]!;
          return -Math.log1p(Math.exp(bit ? -logit : logit));
        }),
      );
    });
    const log = logPriorOfBits(keepAll(params), np.array(states), oneHot(1, 32), own).dataSync();
    for (const [s, value] of expected.entries()) expect(log[s]).toBeCloseTo(value, 4);
  });

  for (const priorLayers of [1, 2, 5, 64])
    test(`${priorLayers} groups: probabilities of all states sum to one, and the draws follow them`, () => {
      const own = { ...settings, priorLayers };
      expect(groupCount(own)).toBe(Math.min(5, priorLayers));
      const params = roused(bitsParams(random.key(3), 5, classes, own));
      const log = logPriorOfBits(keepAll(params), np.array(states), oneHot(1, 32), own).dataSync();
      const p = [...log].map(Math.exp);
      // Float32 logarithms of up to ten, exponentiated: 1e-5 each.
      expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);

      const draws = 20_000;
      const noise = random.normal(random.key(4), [draws, 5]);
      const bits = bitsOf(keepAll(params), noise, oneHot(1, draws), own).dataSync();
      const counts = new Array<number>(32).fill(0);
      for (let n = 0; n < draws; n++) {
        let state = 0;
        for (let i = 0; i < 5; i++) state |= bits[n * 5 + i]! << i;
        counts[state]!++;
      }
      // Pearson's statistic with 31 degrees of freedom, mean 31, standard deviation 7.9: six of them above the mean.
      const chi = counts.reduce((sum, count, s) => sum + (count - draws * p[s]!) ** 2 / (draws * p[s]!), 0);
      expect(chi).toBeLessThan(80);
    });
});

function determinant(matrix: readonly (readonly number[])[]): number {
  const m = matrix.map((row) => [...row]);
  let result = 1;
  for (let i = 0; i < m.length; i++) {
    const pivot = m.findIndex((row, r) => r >= i && row[i] !== 0);
    if (pivot !== i) {
      [m[i], m[pivot]] = [m[pivot]!, m[i]!];
      result = -result;
    }
    result *= m[i]![i]!;
    for (let r = i + 1; r < m.length; r++) {
      const factor = m[r]![i]! / m[i]![i]!;
      for (let c = i; c < m.length; c++) m[r]![c]! -= factor * m[i]![c]!;
    }
  }
  return result;
}
