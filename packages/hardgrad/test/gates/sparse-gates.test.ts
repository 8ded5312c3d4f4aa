import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  exampleRatePenalty,
  expandGates,
  followRate,
  gateRatePenalty,
  gateReport,
  gateVariancePenalty,
  grad,
  type NamedArrays,
  rateDivergence,
  sigmoid,
  startRateControl,
  thresholdForRate,
} from "../../src/index.ts";
import { close } from "../close.ts";

// [3 examples, 2 gates]: means over the batch 0.2 and 0.5, over the gates 0.35, 0.25, 0.45.
const table = [
  [0.1, 0.6],
  [0.2, 0.3],
  [0.3, 0.6],
];
const probabilities = (): np.Array => np.array(table);

describe("gates of blocks", () => {
  test("gate j opens the units j block to (j + 1) block - 1, also behind other axes", async () => {
    const gates = np.array([
      [1, 0, 1],
      [0, 0, 1],
    ]);
    expect(await expandGates(gates.ref, 2).js()).toEqual([
      [1, 1, 0, 0, 1, 1],
      [0, 0, 0, 0, 1, 1],
    ]);
    expect(expandGates(gates.ref.reshape([1, 2, 3]), 8).shape).toEqual([1, 2, 24]);
    expect(await expandGates(gates, 1).js()).toEqual([
      [1, 0, 1],
      [0, 0, 1],
    ]);
  });
  test("the gradients of a block's units are summed into its gate", async () => {
    const weights = np.array([1, 2, 3, 4, 5, 6]);
    const slope = grad((h: np.Array) => np.sum(expandGates(h, 3).mul(weights)))(np.array([0, 1]));
    expect(await slope.js()).toEqual([6, 15]);
  });
  test("a block that is no whole number from 1 is refused", () => {
    for (const block of [0, 1.5, -8, Number.NaN])
      expect(() => expandGates(np.ones([4]), block)).toThrow(/expandGates: block must be a whole number/);
  });
});

describe("penalties", () => {
  test("the divergence is that of its formula, and its gradient that of its derivative", async () => {
    const s = 0.3;
    const kl = (p: number): number => s * Math.log(s / p) + (1 - s) * Math.log((1 - s) / (1 - p));
    // float32: a difference of sums near 1, so seven digits of these.
    close([await rateDivergence(probabilities(), s).js()], [kl(0.2) + kl(0.5)]);
    const slopes = await grad((p: np.Array) => rateDivergence(p, s))(probabilities()).js();
    const slope = (p: number): number => (-s / p + (1 - s) / (1 - p)) / 3;
    close(
      (slopes as number[][]).flat(),
      [0, 0, 0].flatMap(() => [slope(0.2), slope(0.5)]),
      { within: 1e-6, relative: 1e-6 }, // quotients of float32
    );
  });
  test("the divergence is 0 at the rate, and finite where all gates are closed or open", async () => {
    close([await rateDivergence(np.full([4, 5], 0.1), 0.1).js()], [0]);
    for (const p of [0, 1]) expect(await rateDivergence(np.full([4, 5], p), 0.1).js()).toBeGreaterThan(0.1);
  });
  test("condnet's three penalties", async () => {
    const rate = 0.25;
    close([await gateRatePenalty(probabilities(), rate).js()], [0.05 ** 2 + 0.25 ** 2], { within: 5e-7 });
    close([await exampleRatePenalty(probabilities(), rate).js()], [(0.1 ** 2 + 0 + 0.2 ** 2) / 3], {
      within: 5e-7,
    });
    close([await gateVariancePenalty(probabilities()).js()], [-(0.02 / 3 + 0.06 / 3)], { within: 5e-7 });
  });
  test("rates of 0 and 1, and what is no probability, are refused", () => {
    for (const rate of [0, 1, -0.1, 1.1, Number.NaN]) {
      const said = /the rate of open gates must be a number above 0 and below 1/;
      expect(() => rateDivergence(probabilities(), rate)).toThrow(said);
      expect(() => gateRatePenalty(probabilities(), rate)).toThrow(said);
      expect(() => exampleRatePenalty(probabilities(), rate)).toThrow(said);
      expect(() => thresholdForRate([1, 2, 3], rate)).toThrow(said);
      expect(() => startRateControl(0.1, { rate })).toThrow(said);
      expect(() => followRate(startRateControl(0.1, { rate: 0.5 }), np.array(0.1), { rate })).toThrow(said);
    }
    expect(() => rateDivergence(np.array([[0.5, 2]]), 0.1)).toThrow(/a probability is 2/);
    expect(() => gateVariancePenalty(np.array([0.5, 0.2]))).toThrow(/shape \[batch, gates\]/);
  });
});

describe("rate control", () => {
  test("the strength rises above the band, falls below it, rests within it, and keeps to its bounds", async () => {
    const control = { rate: 0.1, band: 0.02, factor: 2, decay: 0, low: 0.1, high: 0.5 };
    const after = async (measured: number, strength: number): Promise<number> => {
      const next = followRate(startRateControl(strength, control), np.array(measured), control);
      expect(await next.rate!.js()).toBeCloseTo(measured, 6);
      return (await next.strength!.js()) as number;
    };
    expect(await after(0.13, 0.2)).toBeCloseTo(0.4, 6);
    expect(await after(0.07, 0.4)).toBeCloseTo(0.2, 6);
    expect(await after(0.11, 0.2)).toBeCloseTo(0.2, 6);
    expect(await after(0.5, 0.4)).toBeCloseTo(0.5, 6);
    expect(await after(0.01, 0.15)).toBeCloseTo(0.1, 6);
  });
  test("the running rate forgets at its pace and holds no gradient", async () => {
    const control = { rate: 0.1, decay: 0.9 };
    const state = followRate(startRateControl(0.1, control), np.array(0.3), control);
    close([await state.rate!.js()], [0.9 * 0.1 + 0.1 * 0.3], { within: 5e-7 });
    const slope = grad((a: np.Array) => {
      const next = followRate(startRateControl(0.1, control), np.mean(sigmoid(a)), control);
      return next.strength!.add(next.rate!);
    })(np.ones([4]));
    expect(await slope.js()).toEqual([0, 0, 0, 0]);
  });
  test("gates that a task pulls open are brought to the rate, where a constant strength fails", async () => {
    // The task earns 0.5 for each open gate: with a constant weak penalty all gates open.
    const run = async (factor: number): Promise<number> => {
      const control = { rate: 0.2, factor, high: 10 };
      const step = jit((a: np.Array, state: NamedArrays): [np.Array, NamedArrays] => {
        const task = (p: np.Array): np.Array => np.sum(np.mean(p, 0)).mul(0.5);
        const slope = grad((x: np.Array) => {
          const p = sigmoid(x);
          return rateDivergence(p.ref, 0.2).mul(state.strength!.ref).sub(task(p));
        })(a.ref);
        const next = a.sub(slope.mul(5));
        return [next.ref, followRate(state, np.mean(sigmoid(next)), control)];
      });
      let a = random.normal(random.key(1), [8, 6]);
      let state = startRateControl(0.01, control);
      for (let i = 0; i < 100; i++) [a, state] = step(a, state) as [np.Array, NamedArrays];
      return (await np.mean(sigmoid(a)).js()) as number;
    };
    expect(await run(1.2)).toBeLessThan(0.25);
    expect(await run(1.0000001)).toBeGreaterThan(0.7);
  });
  test("unless given: a band of a tenth of the rate, a factor of 1.005, a past of 0.95, bounds 1e-6 and 1", async () => {
    const after = async (running: number, measured: number, strength: number): Promise<number[]> => {
      const state = { strength: np.array(strength), rate: np.array(running) };
      const next = followRate(state, np.array(measured), { rate: 0.2 });
      return [(await next.strength!.js()) as number, (await next.rate!.js()) as number];
    };
    const float32 = { within: 1e-7, relative: 1e-6 };
    close(await after(0.3, 0.1, 0.5), [0.5 * 1.005, 0.95 * 0.3 + 0.05 * 0.1], float32);
    close(await after(0.1, 0.1, 0.5), [0.5 / 1.005, 0.1], float32);
    close(await after(0.219, 0.219, 0.5), [0.5, 0.219], float32);
    close(await after(0.221, 0.221, 0.5), [0.5 * 1.005, 0.221], float32);
    close(await after(0.181, 0.181, 0.5), [0.5, 0.181], float32);
    close(await after(0.179, 0.179, 0.5), [0.5 / 1.005, 0.179], float32);
    close(await after(0.5, 0.5, 0.999), [1, 0.5], float32);
    expect((await after(0.01, 0.01, 1.001e-6))[0]).toBe(Math.fround(1e-6));
  });
  test("settings that can't be are refused", () => {
    const state = () => startRateControl(0.1, { rate: 0.1 });
    const follow = (settings: object) => () => followRate(state(), np.array(0.1), { rate: 0.1, ...settings });
    const wrong = [
      ...[1, 0.5, Number.NaN].map((factor) => ({ factor })),
      ...[-0.01, Number.NaN].map((band) => ({ band })),
      ...[-0.1, 1, Number.NaN].map((decay) => ({ decay })),
      ...[0, -1, Number.NaN].map((low) => ({ low })),
      { low: 2, high: 1 },
      { high: Number.NaN },
    ];
    for (const settings of wrong)
      expect(follow(settings), JSON.stringify(settings)).toThrow(
        /followRate: needs factor > 1, band >= 0, 0 <= decay < 1 and 0 < low <= high, not/,
      );
    for (const settings of [{ factor: 1.001, band: 0, decay: 0, low: 1, high: 1 }, { decay: 0.999 }])
      expect(follow(settings)().strength!.item(), JSON.stringify(settings)).toBeGreaterThan(0);
    for (const strength of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => startRateControl(strength, { rate: 0.1 })).toThrow(/strength must be a number above 0/);
  });
});

describe("thresholds", () => {
  test("exactly the wanted share of the logits is above", () => {
    const logits = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i * 12.9898) * 3);
    for (const rate of [0.001, 0.1, 0.5, 0.999]) {
      const t = thresholdForRate(logits, rate);
      expect(logits.filter((a) => a > t).length).toBe(Math.round(rate * 1000));
    }
  });
  test("halfway between the last closed logit and the first open one, a step of 1 beyond the ends", () => {
    expect(thresholdForRate([4, 1, 3, 8], 0.5)).toBe(3.5);
    expect(thresholdForRate([4, 1, 3, 8], 0.25)).toBe(6);
    expect(thresholdForRate([4, 1, 3, 8], 0.01)).toBe(8.5);
    expect(thresholdForRate([4, 1, 3, 8], 0.99)).toBe(0.5);
  });
  test("ties stay closed together; the rate is then below the wanted one", () => {
    const t = thresholdForRate([0, 1, 1, 1, 2], 0.4);
    expect([0, 1, 1, 1, 2].filter((a) => a > t)).toEqual([2]);
  });
  test("no logits, and logits that are not finite, are refused", () => {
    expect(() => thresholdForRate([], 0.1)).toThrow(/there are no logits/);
    expect(() => thresholdForRate([1, Number.NaN], 0.1)).toThrow(/logit 1 of 2 is NaN/);
  });
});

describe("reports", () => {
  test("rate, dead and always-on gates, and the busiest example", () => {
    // Gates: dead, always on, on once; values need not be 1.
    const report = gateReport([0, 0.5, 0, 0, 2, 0, 0, 1, 3], 3);
    expect(report.rate).toBeCloseTo(4 / 9);
    expect(report.dead).toBeCloseTo(1 / 3);
    expect(report.alwaysOn).toBeCloseTo(1 / 3);
    expect([...report.perGate]).toEqual([0, 1, 1 / 3]);
    expect([report.least, report.most]).toEqual([1 / 3, 2 / 3]);
    expect(() => gateReport([1, 0, 1], 2)).toThrow(/do not make rows of 2 gates/);
  });
});
