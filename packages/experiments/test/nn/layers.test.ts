import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { grad } from "hardgrad";
import { describe, expect, test } from "vitest";
import { close } from "../../../hardgrad/test/close.ts";
import { fromUniform } from "../../src/experiments/generator/information.ts";
import { schedules } from "../../src/experiments/generator/schedules.ts";
import { divergence, logRatio, pixelsOf } from "../../src/experiments/vae/losses.ts";
import { latents } from "../../src/experiments/vae/network.ts";
import { formOf, generator, type Moment, resolveSettings, sgd, vae } from "../../src/index.ts";
import {
  bernoulliLoss,
  crossEntropy,
  dense,
  fanInUniform,
  glorotUniform,
  splitKey,
} from "../../src/nn/layers.ts";
import { maxNorm } from "../../src/nn/max-norm.ts";

/** Every number once more, in float64 and apart from the code. */
const sigma = (a: number): number => 1 / (1 + Math.exp(-a));
const list = (x: np.Array): number[] => x.reshape([-1]).js() as number[];
const float32 = { within: 2e-6, relative: 2e-6 };
/** The logarithm of jax-js on wasm is right to about 1e-5 only. */
const logarithms = { within: 3e-5 };

describe("first weights", () => {
  /** Mean 0 and variance bound^2 / 3, within 4.5 standard errors of 20,000 numbers, none beyond the bound. */
  function uniform(x: np.Array, bound: number): void {
    const values = list(x);
    const n = values.length;
    const mean = values.reduce((a, b) => a + b) / n;
    const square = values.reduce((a, b) => a + b * b, 0) / n;
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound * (1 + 1e-6));
    expect(Math.max(...values)).toBeGreaterThan(0.99 * bound);
    expect(Math.min(...values)).toBeLessThan(-0.99 * bound);
    expect(Math.abs(mean) / (bound / Math.sqrt(3 * n))).toBeLessThan(4.5);
    // Of x^2 the variance is bound^4 (1/5 - 1/9).
    expect(Math.abs(square - bound ** 2 / 3) / (bound ** 2 * Math.sqrt(4 / 45 / n))).toBeLessThan(4.5);
  }
  test("Glorot's and PyTorch's bounds", () => {
    uniform(glorotUniform(random.key(1), 200, 100), Math.sqrt(6 / 300));
    uniform(fanInUniform(random.key(2), [100, 200], 100), 0.1);
    expect(fanInUniform(random.key(2), [7], 3).shape).toEqual([7]);
  });
  test("keys that are split differ from each other", () => {
    const keys = splitKey(random.key(4), 5).map((key) => list(key).join());
    expect(new Set(keys).size).toBe(5);
    expect(splitKey(random.key(4), 5)[3]!.shape).toEqual([2]);
  });
});

describe("losses", () => {
  const a = [
    [1.3, -0.4, 0.2],
    [-50, 40, 3],
  ];
  test("dense: x w + b", () => {
    const w = [
      [1, 2],
      [3, 5],
      [-1, 0.5],
    ];
    const expected = a.flatMap((row) => [0, 1].map((j) => row.reduce((s, v, i) => s + v * w[i]![j]!, j - 7)));
    close(list(dense(np.array(a), np.array(w), np.array([-7, -6]))), expected, float32);
  });
  test("Bernoulli: -log P(x), and its gradient sigmoid(a) - x", () => {
    const x = [
      [1, 0, 0.25],
      [0, 0, 1],
    ];
    const nll = (v: number, y: number): number => -y * Math.log(sigma(v)) - (1 - y) * Math.log(sigma(-v));
    const expected = a.map((row, n) => row.reduce((s, v, i) => s + nll(v, x[n]![i]!), 0));
    close(list(bernoulliLoss(np.array(a), np.array(x))), expected, logarithms);
    const slope = grad((v: np.Array) => np.sum(bernoulliLoss(v, np.array(x))))(np.array(a));
    close(
      list(slope),
      a.flatMap((row, n) => row.map((v, i) => sigma(v) - x[n]![i]!)),
      float32,
    );
  });
  test("cross-entropy: -log softmax at the label, and its gradient softmax - label", () => {
    const y = [
      [0, 1, 0],
      [0, 0, 1],
    ];
    const softmax = (row: number[]): number[] => {
      const top = Math.max(...row);
      const total = row.reduce((s, v) => s + Math.exp(v - top), 0);
      return row.map((v) => Math.exp(v - top) / total);
    };
    const expected = a.map((row, n) => -Math.log(softmax(row)[y[n]!.indexOf(1)]!));
    close(list(crossEntropy(np.array(a), np.array(y))), expected, logarithms);
    const slope = grad((v: np.Array) => np.sum(crossEntropy(v, np.array(y))))(np.array(a));
    close(
      list(slope),
      a.flatMap((row, n) => softmax(row).map((p, i) => p - y[n]![i]!)),
      float32,
    );
  });
  test("divergence from uniform classes: 0 for equal logits, log classes for a certain one", () => {
    const rows = [
      [0.3, 0.3, 0.3],
      [40, 0, 0],
      [1, -1, 0.5],
    ];
    const p = rows[2]!.map((v) => Math.exp(v) / (Math.E + 1 / Math.E + Math.exp(0.5)));
    const third = p.reduce((s, q) => s + q * Math.log(q), Math.log(3));
    close(list(fromUniform(np.array(rows))), [0, Math.log(3), third], logarithms);
  });
});

describe("terms of the VAE", () => {
  const form = formOf({ data: "drawn" });
  const categorical = resolveSettings(
    vae.options,
    { latents: "categorical", variables: 2, categories: 3 },
    form,
  );
  const binary = resolveSettings(vae.options, { latents: "bernoulli", variables: 2 }, form);
  test("divergence of each variable from the uniform prior", () => {
    const logits = [1.2, -0.3, 0.4];
    const total = logits.reduce((s, v) => s + Math.exp(v), 0);
    const p = logits.map((v) => Math.exp(v) / total);
    const expected = p.reduce((s, q) => s + q * Math.log(q * 3), 0);
    close(list(divergence(np.array([[logits, [9, 9, 9]]]), categorical)), [expected, 0], logarithms);
    const one = (v: number): number =>
      sigma(v) * Math.log(2 * sigma(v)) + sigma(-v) * Math.log(2 * sigma(-v));
    close(list(divergence(np.array([[0.7, -2], [0, 60]]), binary)), [one(0.7), one(-2), 0, Math.LN2], logarithms); // biome-ignore format: rows
  });
  test("log q(z|x) - log p(z) at a sample", () => {
    const logits = [1.2, -0.3, 0.4, 0, 1, 2];
    const log = (row: number[], i: number): number =>
      row[i]! - Math.log(row.reduce((s, v) => s + Math.exp(v), 0));
    const z = np.array([[[0, 1, 0], [0, 0, 1]]]); // biome-ignore format: rows
    const q = latents(np.array([[logits.slice(0, 3), logits.slice(3)]]), categorical);
    const expected = log(logits.slice(0, 3), 1) + log(logits.slice(3), 2) + 2 * Math.log(3);
    close(list(logRatio(q, z, categorical)), [expected], logarithms);
    const bits = logRatio(latents(np.array([[0.7, -2]]), binary), np.array([[1, 0]]), binary);
    close(list(bits), [Math.log(sigma(0.7)) + Math.log(sigma(2)) + 2 * Math.LN2], logarithms);
  });
  test("pixels: as they are, by a threshold between 127 and 128, or drawn with their grey as probability", () => {
    const images = (): np.Array => np.array([[0, 51, 127, 128, 255]]);
    const of = (binarize: "none" | "threshold"): number[] => {
      const { x, key } = pixelsOf(
        { images: images(), labels: np.zeros([1]), key: random.key(3) },
        { ...categorical, binarize },
      );
      key.dispose();
      return list(x);
    };
    close(of("none"), [0, 0.2, 127 / 255, 128 / 255, 1], float32);
    expect(of("threshold")).toEqual([0, 0, 0, 1, 1]);
    const drawn = pixelsOf(
      {
        images: np.broadcastTo(np.array([[0, 51, 255]]), [5000, 3]),
        labels: np.zeros([1]),
        key: random.key(3),
      },
      { ...categorical, binarize: "dynamic" },
    );
    expect(list(drawn.key)).not.toEqual(list(random.key(3)));
    const [none, some, all] = list(np.mean(drawn.x, 0)) as [number, number, number];
    expect([none, all]).toEqual([0, 1]);
    expect(Math.abs(some - 0.2) / Math.sqrt(0.16 / 5000)).toBeLessThan(4.5);
  });
});

test("max-norm: columns of matrices are cut to the limit, shorter ones and vectors are not", () => {
  const optimizer = maxNorm(sgd({ momentum: 0 }), 2);
  const params = { w: np.array([[3, 0.3], [-4, 0.4]]), b: np.array([30, 40]), n: np.zeros([2, 1]) }; // biome-ignore format: columns
  const zeros = { w: np.zeros([2, 2]), b: np.zeros([2]), n: np.zeros([2, 1]) };
  const rate = np.array(1);
  const next = optimizer.update(zeros, optimizer.init(params), params, rate).params;
  close(list(next.w!), [1.2, 0.3, -1.6, 0.4], float32);
  expect(list(next.b!)).toEqual([30, 40]);
  expect(list(next.n!)).toEqual([0, 0]);
  for (const limit of [0, -1, Number.NaN]) expect(() => maxNorm(sgd(), limit)).toThrow(/above 0, not/);
});

test("the generator's schedules: divergence and reading grow in, the rate follows its plan, temperature anneals", () => {
  const settings = resolveSettings(
    generator.options,
    {
      learningRate: 0.02,
      warmUp: 10,
      schedule: "cosine",
      beta: 3,
      askingWeight: 5,
      temperatureRate: 0.01,
      temperatureFloor: 0.5,
    },
    formOf({ data: "drawn" }),
  );
  const at = (step: number, own: Partial<typeof settings> = {}, temperature?: number) =>
    schedules({ step, totalSteps: 1000, temperature } as Moment, { ...settings, ...own });
  const numbers = (s: ReturnType<typeof at>): number[] => [s.learningRate!, s.beta!, s.asking!];
  close(numbers(at(0)), [0.002, 0.3, 0], float32);
  close(numbers(at(50)), [0.01 * (1 + Math.cos((Math.PI * 40) / 990)), 1.8, 0.5], float32);
  close(numbers(at(250)), [0.01 * (1 + Math.cos((Math.PI * 240) / 990)), 3, 2.5], float32);
  close(numbers(at(999, { schedule: "constant" })), [0.02, 3, 5], float32);
  expect(at(5)).not.toHaveProperty("temperature");
  expect(at(5, { temperatureRate: 0 }, 1)).not.toHaveProperty("temperature");
  expect(at(10, {}, 1).temperature).toBeCloseTo(Math.exp(-0.1), 9);
  expect(at(1000, {}, 1).temperature).toBe(0.5);
});
