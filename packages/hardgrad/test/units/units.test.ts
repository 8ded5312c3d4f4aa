import "../setup.ts";
import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  clip,
  grad,
  identity,
  magnitudeAwareSign,
  oneHot,
  pseudoDerivatives,
  roundBits,
  sign,
  step,
  ternary,
  units,
} from "../../src/index.ts";
import { close } from "../close.ts";
import golden from "../estimators/golden.json" with { type: "json" };

/** The formulas once more, in float64 and apart from the code. */
const formulas: { [id: string]: (x: number, o: { [name: string]: number }) => number } = {
  identity: () => 1,
  clip: (x, { c }) => (Math.abs(x) <= c! ? 1 : 0),
  rectangle: (x, { alpha }) => (Math.abs(x) <= 1 / (2 * alpha!) ? alpha! : 0),
  triangle: (x, { alpha }) => Math.max(0, alpha! - alpha! ** 2 * Math.abs(x)),
  "approx-sign": (x) => (Math.abs(x) <= 1 ? 2 - 2 * Math.abs(x) : 0),
  "sigmoid-derivative": (x, { alpha }) => alpha! / (2 + Math.exp(alpha! * x) + Math.exp(-alpha! * x)),
  atan: (x, { alpha }) => alpha! / 2 / (1 + ((Math.PI * alpha! * x) / 2) ** 2),
  erf: (x, { alpha }) => (alpha! / Math.sqrt(Math.PI)) * Math.exp(-((alpha! * x) ** 2)),
  "piecewise-exponential": (x, { alpha }) => (alpha! / 2) * Math.exp(-alpha! * Math.abs(x)),
  "fast-sigmoid": (x, { k }) => 1 / (1 + k! * Math.abs(x)) ** 2,
  "super-spike": (x, { alpha }) => alpha! / (1 + Math.abs(x)) ** 2,
  "soft-sign": (x, { alpha }) => alpha! / (2 * (1 + alpha! * Math.abs(x)) ** 2),
  "sparse-fast-sigmoid": (x, { k, band }) => (Math.abs(x) <= band! ? 1 / (1 + k! * Math.abs(x)) ** 2 : 0),
  "q-pseudo-spike": (x, { alpha }) => (1 + (2 * Math.abs(x)) / (alpha! - 1)) ** -alpha!,
  s2nn: (x, { alpha, beta }) =>
    x < 0 ? alpha! / (2 + Math.exp(alpha! * x) + Math.exp(-alpha! * x)) : beta! / (x + 1),
  "log-abs": (x, { alpha }) => alpha! / (1 + alpha! * Math.abs(x)),
  "log-tailed-relu": (x, { alpha }) => (x <= 0 ? alpha! : x <= 1 ? 1 : 1 / x),
  "leaky-k-relu": (x, { k, leak }) => (x > 0 ? k! : leak!),
  "piecewise-leaky-relu": (x, { w, c }) => (Math.abs(x) <= w! ? 1 / (2 * w!) : c!),
  "spike-rate-escape": (x, { beta, k }) => k! * Math.exp(-beta! * Math.abs(x - 1)),
  "leaky-spike": (x, { slope }) => (x > 0 ? 1 : slope!),
  "swish-sign": (x, { beta }) =>
    (beta! * (2 - beta! * x * Math.tanh((beta! * x) / 2))) / (1 + Math.cosh(beta! * x)),
};

const grid = Array.from({ length: 121 }, (_, i) => -3.01 + i * 0.05);

/** By the defaults, of which many are 1 and hide a factor or a power; and with every option off its own. */
const shapes = pseudoDerivatives.flatMap(({ id, create }) => {
  const usual = create();
  const others = Object.entries(usual.settings).map(([name, value]) => [
    name,
    value === 0 ? 0.3 : value * 1.7,
  ]);
  return others.length === 0
    ? [{ id, name: id, shape: usual }]
    : [
        { id, name: id, shape: usual },
        {
          id,
          name: `${id} ${others.map(([n, v]) => `${n}=${v}`).join(" ")}`,
          shape: create(Object.fromEntries(others)),
        },
      ];
});

describe("pseudo-derivatives", () => {
  for (const { id, name, shape } of shapes) {
    test(`${name}: the formula, the integral, extremes and NaN`, () => {
      const values = shape.derivative(np.array(grid)).js() as number[];
      grid.forEach((x, i) => {
        // The wasm logarithm of jax-js 0.1.25 is right to about 1e-5 only, and q-pseudo-spike is a power.
        const digits = id === "q-pseudo-spike" ? 4 : 5;
        expect(values[i]!, `x = ${x}`).toBeCloseTo(formulas[id]!(x, shape.settings), digits);
      });
      const far = shape.derivative(np.array([-1e4, -100, 100, 1e4])).js() as number[];
      expect(far.every(Number.isFinite)).toBe(true);
      expect(Number.isNaN((shape.derivative(np.array([Number.NaN])).js() as number[])[0])).toBe(true);
      if (shape.integral === null) return;
      // Midpoint rule with x = t / (1 - t^2), which maps (-1, 1) to the real line: heavy tails included.
      const n = 400_000;
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const t = -1 + (2 * (i + 0.5)) / n;
        const value = formulas[id]!(t / (1 - t * t), shape.settings);
        if (Number.isFinite(value)) sum += (value * (1 + t * t)) / (1 - t * t) ** 2 / (n / 2);
      }
      expect(sum).toBeCloseTo(shape.integral, 3);
    });
    test(`${name}: the gradient of a step is g times the derivative, jit = eager, normalised to 1`, () => {
      const unit = step({ derivative: shape, threshold: 0.25 });
      const weighted = (x: np.Array): np.Array => np.sum(unit.apply(x).mul(3));
      const expected = grid.map((x) => 3 * formulas[id]!(x - 0.25, shape.settings));
      for (const g of [grad(weighted), jit(grad(weighted))]) {
        const values = g(np.array(grid)).js() as number[];
        values.forEach((v, i) => {
          expect(v).toBeCloseTo(expected[i]!, 4);
        });
      }
      if (shape.integral === null)
        expect(() => step({ derivative: shape, normalize: true })).toThrow(/no finite integral/);
      else {
        const value = step({ derivative: shape, normalize: true }).slope!(np.array([0.1])).js() as number[];
        expect(value[0]).toBeCloseTo(formulas[id]!(0.1, shape.settings) / shape.integral, 5);
      }
    });
  }
  test("bounds of the options: from 0.01 to 1000 where a shape needs a positive number", () => {
    const free = ["log-tailed-relu alpha", "leaky-k-relu k", "leaky-k-relu leak", "piecewise-leaky-relu c", "leaky-spike slope"]; // biome-ignore format: a list
    for (const { id, create } of pseudoDerivatives)
      for (const name of Object.keys(create().options)) {
        const low = id === "q-pseudo-spike" ? 1.01 : free.includes(`${id} ${name}`) ? -1000 : 0.01;
        for (const value of [low, 1000])
          expect(create({ [name]: value }).settings[name], `${id} ${name}`).toBe(value);
        for (const value of [low - 0.001, 1000.001])
          expect(() => create({ [name]: value }), `${id} ${name} ${value}`).toThrow(RangeError);
      }
  });
  test("golden vectors", () => {
    const g = golden.surrogates;
    const table: [string, { [name: string]: number }, number[]][] = [
      ["sigmoid-derivative", { alpha: 4 }, g["sigmoid(alpha=4)"]],
      ["atan", { alpha: 2 }, g["atan(alpha=2): (a/2)/(1+(pi a x/2)^2)"]],
      ["fast-sigmoid", { k: 25 }, g["fast_sigmoid(k=25)"]],
      ["super-spike", { alpha: 1 }, g["superspike(alpha=1)"]],
      ["triangle", { alpha: 1 }, g["piecewise_quadratic(alpha=1): max(0,a-a^2|x|)"]],
      ["erf", { alpha: 2 }, g["erf(alpha=2): a/sqrt(pi) exp(-a^2x^2)"]],
      ["clip", { c: 1 }, g["ste_sign(clip 1)"]],
      ["approx-sign", {}, g.approx_sign],
      ["swish-sign", { beta: 5 }, g["swish_sign(beta=5)"]],
    ];
    for (const [id, options, expected] of table) {
      const values = pseudoDerivatives
        .find((p) => p.id === id)!
        .create(options)
        .derivative(np.array(g.x))
        .js() as number[];
      values.forEach((v, i) => {
        expect(v, `${id} at ${g.x[i]}`).toBeCloseTo(expected[i]!, 5);
      });
    }
  });
  test("options out of range are refused", () => {
    expect(() => clip({ c: -1 })).toThrow(/c must be a number from/);
    for (const { create } of pseudoDerivatives) expect(() => create({ nonsense: 1 })).toThrow(/unknown/);
  });
});

describe("units", () => {
  test("forward is exactly hard, with ties as documented", () => {
    const x = () => np.array([-2, -0.5, 0, 0.5, 2]);
    expect(step().apply(x()).js()).toEqual([0, 0, 0, 1, 1]);
    expect(sign().apply(x()).js()).toEqual([-1, -1, 1, 1, 1]);
    expect(
      oneHot()
        .apply(
          np.array([
            [1, 3, 3],
            [0, 0, 0],
          ]),
        )
        .js(),
    ).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });
  test("NaN stays NaN", () => {
    for (const { create } of units) {
      const values = create()
        .apply(np.array([Number.NaN, 1]))
        .js() as number[];
      expect(values.some(Number.isNaN)).toBe(true);
    }
  });
  test("one-hot argmax: the gradient is the softmax Jacobian at the temperature", () => {
    const x = [0.2, -1, 0.7];
    const g = [0.5, -1.25, 2];
    const t = 0.5;
    const e = x.map((v) => Math.exp(v / t));
    const q = e.map((v) => v / e.reduce((a, b) => a + b));
    const inner = q.reduce((s, v, i) => s + v * g[i]!, 0);
    const actual = grad((a: np.Array) => np.sum(oneHot({ temperature: t }).apply(a).mul(np.array(g))))(
      np.array(x),
    );
    (actual.js() as number[]).forEach((v, i) => {
      expect(v).toBeCloseTo((q[i]! * (g[i]! - inner)) / t, 5);
    });
  });
  test("misuse is one sentence", () => {
    expect(() => step({ derivative: "atan" as never })).toThrow(/pseudo-derivative such as atan/);
    expect(() => step({ threshold: Number.NaN })).toThrow(/finite/);
    expect(() => sign({ derivative: identity(), normalize: true })).toThrow(/no finite integral/);
    expect(() => oneHot({ temperature: 0 })).toThrow(/temperature/);
  });
});

describe("quantizers", () => {
  const x = [-2, -0.6, -0.04, 0, 0.04, 0.3, 0.6, 1, 3];
  const slopeOf = (apply: (v: np.Array) => np.Array): number[] =>
    grad((v: np.Array) => np.sum(apply(v)))(np.array(x)).js() as number[];
  const on = (low: number, high: number): number[] => x.map((v) => (v >= low && v <= high ? 1 : 0));
  test("two bits: thirds of [0, 1], straight-through there", () => {
    const unit = roundBits({ bits: 2 });
    const values = unit.apply(np.array(x)).js() as number[];
    [0, 0, 0, 0, 0, 1 / 3, 2 / 3, 1, 1].forEach((v, i) => {
      expect(values[i]).toBeCloseTo(v, 6);
    });
    expect(slopeOf((v) => unit.apply(v))).toEqual(on(0, 1));
    const weights = roundBits({ bits: 1, of: "weights" })
      .apply(np.array([-3, -0.2, 0.2, 3]))
      .js();
    expect(weights).toEqual([-1, -1, 1, 1]);
    expect(() => roundBits({ bits: 0 })).toThrow(/bits must be/);
  });
  test("ternary: three values, by a number or by the mean size", () => {
    const values = ternary().apply(np.array(x)).js() as number[];
    expect(values.map((v) => v + 0)).toEqual([-1, -1, 0, 0, 0, 1, 1, 1, 1]);
    expect(slopeOf((v) => ternary().apply(v))).toEqual(on(-1, 1));
    // 0.7 * mean|x| = 0.7 * 7.58 / 9 = 0.5896
    const mean = ternary({ law: "mean" }).apply(np.array(x)).js() as number[];
    expect(mean.map((v) => v + 0)).toEqual([-1, -1, 0, 0, 0, 0, 1, 1, 1]);
  });
  test("magnitude-aware sign: one size per output channel", () => {
    const w = np.array([
      [0.5, -2],
      [-1.5, 0],
    ]);
    expect(magnitudeAwareSign().apply(w).js()).toEqual([
      [1, -1],
      [-1, 1],
    ]);
    expect(slopeOf((v) => magnitudeAwareSign().apply(v)).every(Number.isFinite)).toBe(true);
    // The size is in the gradient: mean|w| within [-1, 1], over all of a vector, over all axes but the last of more.
    const slopes = (values: np.Array): number[] =>
      grad((v: np.Array) => np.sum(magnitudeAwareSign().apply(v)))(values)
        .reshape([-1])
        .js() as number[];
    close(slopes(np.array([0.5, -2, 1, -0.5])), [1, 0, 1, 1]);
    close(slopes(np.array([[[0.5, -2], [-1.5, 1]], [[0.25, 0.5], [0.75, -1.5]]])), [0.75, 0, 0, 1.25, 0.75, 1.25, 0.75, 0]); // biome-ignore format: rows
    expect(
      Number.isNaN(
        (
          ternary()
            .apply(np.array([Number.NaN]))
            .js() as number[]
        )[0],
      ),
    ).toBe(true);
  });
});
