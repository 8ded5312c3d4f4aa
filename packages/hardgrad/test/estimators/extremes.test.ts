import "../setup.ts";
import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  entmax15,
  firstRows,
  grad,
  hardGate,
  hardTopK,
  hatGate,
  magnitudeAwareSign,
  neuralSort,
  oneHot,
  predictiveEntropy,
  pseudoDerivatives,
  relaxedTopK,
  roundBits,
  scoreMask,
  sign,
  softSort,
  softTopK,
  sparsemax,
  step,
  ternary,
  thresholdOf,
  type Unit,
} from "../../src/index.ts";

const { NaN: none, POSITIVE_INFINITY: up, NEGATIVE_INFINITY: down } = Number;
const TINY = 1e-45; // the least subnormal
const HUGE = 3e38;

type Map1 = (x: np.Array) => np.Array;

/** A function and the gradient of its weighted sum, eager and compiled, by function and length: compiling is what takes long. */
const forms = new Map<Map1, Map<number, { slope: Map1; jitted: Map1; jittedSlope: Map1 }>>();
function formsOf(f: Map1, length: number): { slope: Map1; jitted: Map1; jittedSlope: Map1 } {
  const own = forms.get(f) ?? new Map();
  forms.set(f, own);
  const weights = [1, -2, 3, 0.5].slice(0, length);
  const slope = grad((a: np.Array) => np.sum(f(a).mul(np.array(weights))));
  const made = own.get(length) ?? { slope, jitted: jit(f), jittedSlope: jit(slope) };
  own.set(length, made);
  return made;
}

/** Eager and compiled, which must agree: value and gradient of the weighted sum, which must be numbers. */
function both(f: Map1, x: readonly number[]): { value: number[]; slope: number[] } {
  const { slope, jitted, jittedSlope } = formsOf(f, x.length);
  const input = (): np.Array => np.array([...x]);
  const eager = { value: f(input()).js() as number[], slope: slope(input()).js() as number[] };
  const compiled = { value: jitted(input()).js() as number[], slope: jittedSlope(input()).js() as number[] };
  for (const key of ["value", "slope"] as const)
    compiled[key].forEach((v, i) => {
      const w = eager[key][i]!;
      const same = Object.is(v, w) || Math.abs(v - w) <= 1e-5 * (1 + Math.abs(w));
      expect(same, `${key} ${i} of [${x}]: compiled ${v}, eager ${w}`).toBe(true);
    });
  return eager;
}

const near = (actual: readonly number[], expected: readonly number[], what: string): void => {
  actual.forEach((v, i) => {
    const w = expected[i]!;
    // 1e-3: soft functions at a temperature of 0.1 where scores are 2 or more apart.
    expect(Object.is(v + 0, w) || Math.abs(v - w) < 1e-3, `${what} ${i}: ${v}, not ${w}`).toBe(true);
  });
};

/** Scores, and the 1-hot and 2-hot of the largest, shared between equals. */
const scores: [x: number[], one: number[], two: number[]][] = [
  [
    [0.3, 2.8, -2],
    [0, 1, 0],
    [1, 1, 0],
  ],
  [
    [up, 5, 2],
    [1, 0, 0],
    [1, 1, 0],
  ],
  [
    [5, up, 2],
    [0, 1, 0],
    [1, 1, 0],
  ],
  [
    [up, up, 3],
    [0.5, 0.5, 0],
    [1, 1, 0],
  ],
  [
    [down, 7, 3],
    [0, 1, 0],
    [0, 1, 1],
  ],
  [
    [down, down, 3],
    [0, 0, 1],
    [0.5, 0.5, 1],
  ],
  [
    [up, down, 0],
    [1, 0, 0],
    [1, 0, 1],
  ],
  [
    [down, up, down],
    [0, 1, 0],
    [0.5, 1, 0.5],
  ],
  [
    [up, up, up],
    [1 / 3, 1 / 3, 1 / 3],
    [2 / 3, 2 / 3, 2 / 3],
  ],
  [
    [down, down, down],
    [1 / 3, 1 / 3, 1 / 3],
    [2 / 3, 2 / 3, 2 / 3],
  ],
  [
    [HUGE, 2e38, -HUGE],
    [1, 0, 0],
    [1, 1, 0],
  ],
  [
    [1e30, 5, 2],
    [1, 0, 0],
    [1, 1, 0],
  ],
  [
    [-HUGE, 5, 2],
    [0, 1, 0],
    [0, 1, 1],
  ],
  [
    [1e6, 1e6 + 8, 0],
    [0, 1, 0],
    [1, 1, 0],
  ],
];
const equal: number[][] = [
  [TINY, 0, -TINY],
  [-0, 0, -0],
  [0, -0, 0],
];
/** The first in a tie. */
const first = (shares: number[], k: number): number[] => {
  const order = shares.map((_, i) => i).sort((a, b) => shares[b]! - shares[a]! || a - b);
  return shares.map((_, i) => (order.indexOf(i) < k ? 1 : 0));
};

const soft: { [name: string]: [f: (x: np.Array) => np.Array, k: 1 | 2] } = {
  sparsemax: [sparsemax, 1],
  entmax15: [entmax15, 1],
  "relaxedTopK, k = 1": [(x) => relaxedTopK(x, 1, 0.1), 1],
  relaxedTopK: [(x) => relaxedTopK(x, 2, 0.1), 2],
  "softTopK, k = 1": [(x) => softTopK(x, 1, 0.1), 1],
  softTopK: [(x) => softTopK(x, 2, 0.1), 2],
  neuralSort: [(x) => firstRows(neuralSort(x, 0.1), 2), 2],
  softSort: [(x) => firstRows(softSort(x, 0.1), 2), 2],
};

describe("functions of scores at infinities, NaN, huge and tiny numbers", () => {
  for (const [name, [f, k]] of Object.entries(soft))
    test(name, () => {
      for (const [x, one, two] of scores) {
        // Its sums of all distances do not see a 3 beside 1e30.
        if (name === "neuralSort" && x[0] === 1e30) continue;
        const { value, slope } = both(f, x);
        near(value, k === 1 ? one : two, `${name} of [${x}]`);
        slope.forEach((v, i) => {
          expect(Number.isFinite(v), `slope ${i} of [${x}]: ${v}`).toBe(true);
          if (!Number.isFinite(x[i]!)) expect(v).toBe(0);
        });
      }
      for (const x of equal) {
        const { value, slope } = both(f, x);
        near(value, [k / 3, k / 3, k / 3], `${name} of [${x}]`);
        expect(slope.every(Number.isFinite)).toBe(true);
      }
      for (const x of [
        [none, 1, 2],
        [up, none, 2],
        [down, 0, none],
        [none, none, none],
      ]) {
        const { value, slope } = both(f, x);
        // Where a score is infinite the gradient is 0.
        const slopes = slope.filter((_, i) => Math.abs(x[i]!) !== up);
        expect([...value, ...slopes].every(Number.isNaN), `${name} of [${x}]: ${value} ${slope}`).toBe(true);
      }
    });
  test("softTopK of all entries: ones, and NaN of NaN", () => {
    expect(both((x) => softTopK(x, 3, 1), [up, down, HUGE])).toEqual({ value: [1, 1, 1], slope: [0, 0, 0] });
    expect(both((x) => softTopK(x, 3, 1), [none, 1, 2]).value.every(Number.isNaN)).toBe(true);
  });
  test("hardTopK and one-hot argmax: the first of equals, NaN if any is", () => {
    for (const [x, one, two] of [
      ...scores,
      ...equal.map((e): [number[], number[], number[]] => [e, [0, 0, 0], [0, 0, 0]]),
    ]) {
      const tied = x.every((v) => Math.abs(v) <= TINY);
      const shares = tied ? (x[0]! > 0 ? [2, 1, 0] : [1, 1, 1]) : one;
      near(both((a) => hardTopK(a, 1), x).value, first(shares, 1), `hardTopK of [${x}]`);
      if (!tied) near(both((a) => hardTopK(a, 2), x).value, first(two, 2), `hardTopK 2 of [${x}]`);
      const { value, slope } = both((a) => oneHot().apply(a), x);
      near(value, first(shares, 1), `oneHot of [${x}]`);
      expect(slope.every(Number.isFinite), `${x}: ${slope}`).toBe(true);
    }
    for (const x of [
      [none, 1, 2],
      [up, down, none],
    ]) {
      expect(both((a) => hardTopK(a, 2), x).value.every(Number.isNaN)).toBe(true);
      const { value, slope } = both((a) => oneHot().apply(a), x);
      const slopes = slope.filter((_, i) => Math.abs(x[i]!) !== up);
      expect([...value, ...slopes].every(Number.isNaN)).toBe(true);
    }
  });
  test("entropy, gates and masks", () => {
    const entropy = (x: number[]): number => predictiveEntropy(np.array(x)).item();
    expect(entropy([up, 0, down])).toBe(0);
    expect(entropy([up, up, 0])).toBeCloseTo(Math.LN2, 5);
    expect(entropy([HUGE, 2e38, -HUGE])).toBe(0);
    expect(entropy([none, 0, 1])).toBeNaN();
    expect(hardGate(np.array([up, down, none, -0])).js()).toEqual([1, 0, none, 0]);
    const hat = both((e) => hatGate(e, np.array(1)), [up, down, 0, none]);
    expect(hat.value).toEqual([1, expect.closeTo(0, 30), 0.5, none]);
    expect(hat.slope.slice(0, 2).every((v) => v === 0)).toBe(true);
    const mask = both((s) => scoreMask(s, np.array(0.5)), [up, down, 1, none]);
    expect(mask.value).toEqual([1, 0, 1, none]);
    expect(mask.slope.slice(0, 3).map((v) => v + 0)).toEqual([0, 0, 3]);
    // -Infinity forbids an entry: two of four are open, never the forbidden ones.
    const t = thresholdOf(np.array([down, 0.2, 0.1, 0.3]), 0.5).item();
    expect(t >= 0.1 && t < 0.2).toBe(true);
    const high = thresholdOf(np.array([up, 0.2, 0.1, 0.3]), 0.5).item();
    expect(high >= 0.2 && high < 0.3).toBe(true);
    expect(thresholdOf(np.array([up, 1, 0]), 0).item()).toBe(up);
  });
});

describe("units at infinities, NaN, huge and tiny numbers", () => {
  const inputs = [up, down, HUGE, -HUGE];
  const small = [TINY, -TINY, 0, -0];
  const table: { [name: string]: [unit: () => Unit, large: number[], small: number[]] } = {
    step: [step, [1, 0, 1, 0], [1, 0, 0, 0]],
    sign: [sign, [1, -1, 1, -1], [1, -1, 1, 1]],
    roundBits: [roundBits, [1, 0, 1, 0], [0, 0, 0, 0]],
    "roundBits of weights": [() => roundBits({ bits: 1, of: "weights" }), [1, -1, 1, -1], []],
    ternary: [ternary, [1, -1, 1, -1], [0, 0, 0, 0]],
    "ternary by the mean": [() => ternary({ law: "mean" }), [1, -1, 1, -1], [1, -1, 0, 0]],
  };
  for (const [name, [create, large, tiny]] of Object.entries(table))
    test(name, () => {
      const unit = create();
      const { value, slope } = both((x) => unit.apply(x), inputs);
      near(value, large, name);
      expect(
        slope.every((v) => Math.abs(v) < 1e-30),
        `${slope}`,
      ).toBe(true);
      const other = both((x) => unit.apply(x), small);
      if (tiny.length > 0) near(other.value, tiny, name);
      expect([...other.value, ...other.slope].every(Number.isFinite)).toBe(true);
      const broken = both((x) => unit.apply(x), [none, 0.4]);
      expect(broken.value[0], name).toBeNaN();
      expect(broken.slope[0], name).toBeNaN();
      if (unit.slope) {
        const slopes = unit.slope(np.array([none, up, down])).js() as number[];
        expect(slopes.map(Number.isNaN)).toEqual([true, false, false]);
      }
    });
  test("magnitude-aware sign", () => {
    const { value, slope } = both((x) => magnitudeAwareSign().apply(x), [HUGE, -HUGE, 1]);
    value.forEach((v, i) => {
      // The mean of two HUGE and a 1, whose sum is no float32.
      expect(Math.abs(v / (i === 1 ? -2e38 : 2e38) - 1)).toBeLessThan(1e-6);
    });
    expect(slope.slice(0, 2).every((v) => v === 0)).toBe(true);
    const endless = both((x) => magnitudeAwareSign().apply(x), [up, down, 4]);
    expect(endless.value.map(Math.sign)).toEqual([1, -1, 1]);
    expect([...endless.value, ...endless.slope].some(Number.isNaN)).toBe(false);
    const broken = both((x) => magnitudeAwareSign().apply(x), [none, 1, 2]);
    expect([...broken.value, ...broken.slope].every(Number.isNaN)).toBe(true);
  });
  test("magnitude-aware sign: the gradient is that of Bi-Real Net, mean|w| g on [-1, 1]", () => {
    const w = [
      [0.5, -2],
      [-1.5, 0],
      [0.25, 0.75],
    ];
    const g = [
      [1, -2],
      [0.5, 3],
      [-4, 1],
    ];
    const slope = grad((x: np.Array) => np.sum(magnitudeAwareSign().apply(x).mul(np.array(g))))(np.array(w));
    const scale = [0, 1].map((j) => (Math.abs(w[0]![j]!) + Math.abs(w[1]![j]!) + Math.abs(w[2]![j]!)) / 3);
    (slope.js() as number[][]).forEach((row, i) => {
      row.forEach((v, j) => {
        const expected = Math.abs(w[i]![j]!) <= 1 ? scale[j]! * g[i]![j]! : 0;
        expect(Math.abs(v - expected)).toBeLessThan(1e-6);
      });
    });
  });
  test("every pseudo-derivative is a number at infinities and huge numbers, as a step's gradient", () => {
    for (const { id, create } of pseudoDerivatives) {
      const unit = step({ derivative: create() });
      for (const x of [inputs, small]) {
        const { value, slope } = both((a) => unit.apply(a), x);
        expect([...value, ...slope].every(Number.isFinite), `${id} at [${x}]: ${slope}`).toBe(true);
      }
      expect((unit.slope!(np.array(inputs)).js() as number[]).every(Number.isFinite), id).toBe(true);
    }
  });
});
