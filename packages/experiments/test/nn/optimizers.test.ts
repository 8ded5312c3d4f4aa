import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import type { NamedArrays, UpdateRule } from "hardgrad";
import { describe, expect, test } from "vitest";
import { adam, adamw, learningRateAt, radam, sgd } from "../../src/index.ts";

const STEPS = 30;
const RATE = 0.02;

/** A gradient that depends on the step and on the parameter: enough for every term of an update to matter. */
const gradientOf = (x: number, step: number): number => Math.sin(3 * step + 1) * 4 + x - 0.3;

/** The path of one parameter under a rule in plain float64: `rule(x, g, t)` with t from 1. */
function reference(rule: (x: number, g: number, t: number) => number): number[] {
  let x = 1.5;
  return Array.from({ length: STEPS }, (_, i) => {
    x = rule(x, gradientOf(x, i), i + 1);
    return x;
  });
}

function path(optimizer: UpdateRule): number[] {
  let params: NamedArrays = { x: np.array([1.5]) };
  let state = optimizer.init(params);
  const rate = np.array(RATE);
  const xs = Array.from({ length: STEPS }, (_, i) => {
    const x = params.x!.ref.dataSync()[0]!;
    const next = optimizer.update({ x: np.array([gradientOf(x, i)]) }, state, params, rate);
    ({ params, state } = next);
    return params.x!.ref.dataSync()[0]!;
  });
  expect(rate.refCount).toBe(1);
  return xs;
}

/** Adam's means, corrected: Kingma & Ba's algorithm 1, with the powers written out. */
function means(): (g: number, t: number) => { mean: number; square: number } {
  let m = 0;
  let v = 0;
  return (g, t) => {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    return { mean: m / (1 - 0.9 ** t), square: v / (1 - 0.999 ** t) };
  };
}

describe("optimizers against plain float64", () => {
  const adamRule = (decay: number) => {
    const step = means();
    return (x: number, g: number, t: number) => {
      const { mean, square } = step(g, t);
      return x - RATE * decay * x - (RATE * mean) / (Math.sqrt(square) + 1e-8);
    };
  };
  const radamRule = () => {
    const step = means();
    return (x: number, g: number, t: number) => {
      const { mean, square } = step(g, t);
      const limit = 2 / (1 - 0.999) - 1;
      const length = limit - (2 * t * 0.999 ** t) / (1 - 0.999 ** t);
      if (length <= 5) return x - RATE * mean;
      const r = Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
      return x - (RATE * r * mean) / (Math.sqrt(square) + 1e-8);
    };
  };
  const sgdRule = () => {
    let m = 0;
    return (x: number, g: number) => {
      m = 0.5 * m + g;
      return x - RATE * m;
    };
  };
  test.each<[string, UpdateRule, (x: number, g: number, t: number) => number]>([
    ["sgd", sgd({ momentum: 0.5 }), sgdRule()],
    ["adam", adam(), adamRule(0)],
    ["adamw", adamw({ weightDecay: 0.1 }), adamRule(0.1)],
    ["radam", radam(), radamRule()],
  ])("%s", (_name, optimizer, rule) => {
    const expected = reference(rule);
    // Values of size 1 in float32, 30 steps: an error of 1e-6 a step would add up to less than this.
    for (const [i, x] of path(optimizer).entries()) expect(Math.abs(x - expected[i]!)).toBeLessThan(2e-5);
  });
  test("epsilon, 1e-8 unless given: where gradients are as small as it is, steps are smaller", () => {
    const after = (optimizer: UpdateRule): number => {
      const params = { x: np.array([0]) };
      const next = optimizer.update({ x: np.array([3e-8]) }, optimizer.init(params), params, np.array(RATE));
      return next.params.x!.dataSync()[0]!;
    };
    // Corrected means of the first step are the gradient and its square: x = -rate g / (g + epsilon).
    const expected = (epsilon: number): number => (-RATE * 3e-8) / (3e-8 + epsilon);
    for (const make of [adam, adamw]) {
      expect(Math.abs(after(make()) / expected(1e-8) - 1)).toBeLessThan(1e-3);
      expect(Math.abs(after(make({ epsilon: 6e-8 })) / expected(6e-8) - 1)).toBeLessThan(1e-3);
    }
  });
  test("out of range is refused", () => {
    for (const [name, rule] of Object.entries({ sgd: sgd(), adam: adam(), plain: sgd({ momentum: 0 }) })) {
      const params = { w: np.ones([2]) };
      const state = rule.init({ w: params.w.ref });
      expect(() => rule.update({ w: np.ones([2]) }, state, params, 0.01 as never), name).toThrow(
        /^(sgd|adam): the learning rate must be an array of jax-js, not 0\.01; give np\.array\(0\.01\), or/,
      );
    }
    expect(() => adam({ b1: 1 })).toThrow(/adam: b1 must be a number from 0 to below 1, not 1/);
    expect(() => radam({ b2: -1 })).toThrow(/radam: b2/);
    expect(() => adamw({ weightDecay: 1 })).toThrow(/adamw: weightDecay/);
    expect(() => sgd({ momentum: Number.NaN })).toThrow(/sgd: momentum/);
  });
});

describe("schedules", () => {
  test("learning rate: warm-up, then constant or a half cosine to zero", () => {
    const plan = { warmUpSteps: 10, totalSteps: 110, cosine: true };
    expect(learningRateAt(0, 2, plan)).toBeCloseTo(0.2);
    expect(learningRateAt(9, 2, plan)).toBeCloseTo(2);
    expect(learningRateAt(10, 2, plan)).toBeCloseTo(2);
    expect(learningRateAt(60, 2, plan)).toBeCloseTo(1);
    expect(learningRateAt(110, 2, plan)).toBeCloseTo(0);
    expect(learningRateAt(60, 2, { ...plan, cosine: false })).toBe(2);
    expect(learningRateAt(0, 2, { ...plan, warmUpSteps: 0, cosine: false })).toBe(2);
  });
});
