import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { grad, type LearnedRounding, learnedRoundings, lsq, stableQat } from "../../src/index.ts";
import { close, numbers } from "../close.ts";

/** Value, gradient to x and gradient to s of `sum g y`. */
function all(
  rounding: LearnedRounding,
  x: () => np.Array,
  step: () => np.Array,
  g: () => np.Array,
  compile: typeof jit = (f) => f as never,
): [number[], number[], number[]] {
  const slopes = compile(
    grad((a: np.Array, s: np.Array) => np.sum(rounding.apply(a, s).mul(g())), { argnums: [0, 1] }) as never,
  ) as unknown as (a: np.Array, s: np.Array) => [np.Array, np.Array];
  const [byX, byStep] = slopes(x(), step());
  return [numbers(rounding.apply(x(), step())), numbers(byX), numbers(byStep)];
}

const five = () => np.array([-2.3, -0.6, 0.2, 0.74, 1.9]);
const weight = () => np.array([1, 0.5, -1, 2, 0.3]);
const half = () => np.array(0.5);

/** From numpy in float64, apart from the code: y, gradient to x, gradient to s. */
const golden: [string, LearnedRounding, number[], number[], number][] = [
  ["lsq, 1 bit", lsq({ bits: 1 }), [-0.5, -0.5, 0.5, 0.5, 0.5], [0, 0, -1, 0, 0], -0.0894427],
  ["lsq, 2 bits", lsq({ bits: 2 }), [-1, -0.5, 0, 0.5, 0.5], [0, 0.5, -1, 0, 0], 0.3577709],
  ["lsq, 3 bits", lsq({ bits: 3 }), [-2, -0.5, 0, 0.5, 1.5], [0, 0.5, -1, 2, 0], -0.919188],
  ["lsq, 4 bits", lsq({ bits: 4 }), [-2.5, -0.5, 0, 0.5, 2], [1, 0.5, -1, 2, 0.3], -0.1352247],
  [
    "lsq, 2 bits, unsigned",
    lsq({ bits: 2, signed: false }),
    [0, 0, 0, 0.5, 1.5],
    [0, 0, -1, 2, 0],
    0.0877876,
  ],
  [
    "stableQat, 2 bits",
    stableQat({ bits: 2 }),
    [-1, -0.5, 0, 0.5, 0.5],
    [0, 0.0698599, -0.5524159, 0, 0],
    0.3577709,
  ],
  [
    "stableQat, 3 bits",
    stableQat({ bits: 3 }),
    [-2, -0.5, 0, 0.5, 1.5],
    [0, 0.0698599, -0.5524159, 1.778633, 0],
    -0.919188,
  ],
  [
    "stableQat, 4 bits",
    stableQat({ bits: 4 }),
    [-2.5, -0.5, 0, 0.5, 2],
    [0.5524159, 0.0698599, -0.5524159, 1.778633, 0.0419159],
    -0.1352247,
  ],
  [
    "stableQat, 2 bits, unsigned",
    stableQat({ bits: 2, signed: false }),
    [0, 0, 0, 0.5, 1.5],
    [0, 0, -0.5524159, 1.778633, 0],
    0.0877876,
  ],
];

describe("learned rounding", () => {
  test.each(golden)("golden vectors: %s, eager and compiled", (_, rounding, y, byX, byStep) => {
    for (const compile of [undefined, jit]) {
      const [value, slope, stepSlope] = all(rounding, five, half, weight, compile);
      close(value, y);
      close(slope, byX);
      close(stepSlope, [byStep]);
    }
  });

  test("one step per channel: N is the number of entries that share it", () => {
    const x = () => np.array([[-2.3, 0.2, 0.8], [0.7, -0.4, 1.6]]); // biome-ignore format: rows
    const g = () => np.array([[1, -0.5, 2], [0.3, 0.7, -1]]); // biome-ignore format: rows
    const [y, byX, byStep] = all(lsq({ bits: 3, per: "channel" }), x, () => np.array([0.5, 0.3, 0.7]), g);
    close(y, [-2, 0.3, 0.7, 0.5, -0.3, 1.4]);
    close(byX, [0, -0.5, 2, 0.3, 0.7, -1]);
    close(byStep, [-1.681983, 0.0272166, 0]);
    close(numbers(lsq({ bits: 3, per: "channel" }).init(x())), [1.7320508, 0.3464102, 1.3856406]);
  });

  test("the first step is 2 mean|x| / sqrt(Qp), and never 0", () => {
    close(numbers(lsq({ bits: 2 }).init(five())), [2.296]);
    close(numbers(stableQat({ bits: 3 }).init(five())), [2.296 / Math.sqrt(3)]);
    close(numbers(lsq({ bits: 1 }).init(five())), [2.296]);
    expect(lsq().init(five()).shape).toEqual([]);
    expect(numbers(lsq().init(np.zeros([3])))[0]).toBeGreaterThan(0);
  });

  test("the gradient to the step by hand at both clips: -Qn and Qp, over sqrt(N Qp)", () => {
    const slopeAt = (x: number, bits: number): number =>
      all(lsq({ bits }), () => np.array([x]), half, () => np.array([1]))[2][0]!; // biome-ignore format: short
    close([slopeAt(-100, 3)], [-4 / Math.sqrt(3)]);
    close([slopeAt(100, 3)], [3 / Math.sqrt(3)]);
    // At the ends of the range x is inside: v = -4 and 3, so that round v - v is 0.
    close([slopeAt(-2, 3), slopeAt(1.5, 3)], [0, 0]);
    close([slopeAt(-100, 8), slopeAt(100, 8)], [-128 / Math.sqrt(127), Math.sqrt(127)]);
  });

  test("amplitude 0 is LSQ, to the bit", () => {
    const x = () => random.normal(random.key(1), [40, 5]);
    const g = () => random.normal(random.key(2), [40, 5]);
    for (const bits of [2, 3, 8])
      for (const signed of [true, false])
        expect(all(stableQat({ bits, signed, amplitude: 0 }), x, half, g)).toEqual(
          all(lsq({ bits, signed }), x, half, g),
        );
  });

  test("the Fourier slope: 0.0347 at a code, 1 where it changes, 0.3025 on average; normalized to 1", () => {
    const slopes = (options: object, x: number[]): number[] =>
      numbers(stableQat({ bits: 4, ...options }).slope(np.array(x), np.array(1)));
    close(slopes({}, [0, 1, -3, 0.4999, 1.5001, -8.1]), [0.0347, 0.0347, 0.0347, 1, 1, 0], { within: 1e-3 });
    const bin = Array.from({ length: 4000 }, (_, i) => -0.5 + (i + 0.5) / 4000);
    const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
    for (const [amplitude, expected] of [
      [0.21, 0.3024574],
      [0.1, 0.5781358],
    ] as const) {
      // biome-ignore format: pairs
      close([mean(slopes({ amplitude }, bin))], [expected], { within: 1e-5 });
      close([mean(slopes({ amplitude, normalize: true }, bin))], [1], { within: 1e-5 });
    }
    // At the end of the range of amplitudes nothing is negative yet.
    expect(Math.min(...slopes({ amplitude: 0.2249 }, bin))).toBeGreaterThan(0);
  });

  test.each(learnedRoundings)("$id: hard, scale equivariant, broken numbers, codes", ({ create }) => {
    const rounding = create();
    const [low, high] = rounding.codes;
    const x = () => random.normal(random.key(3), [200]);
    const y = numbers(rounding.apply(x(), np.array(0.25)));
    expect(new Set(y).size).toBe(high - low + 1);
    expect(y.every((v) => Number.isInteger(v / 0.25) && v >= low / 4 && v <= high / 4)).toBe(true);
    expect(numbers(rounding.encode(x(), np.array(0.25)))).toEqual(y.map((v) => v / 0.25));
    // y(cx, cs) = c y(x, s): to the bit where c is a power of 2.
    expect(numbers(rounding.apply(x().mul(8), np.array(2)))).toEqual(y.map((v) => v * 8));
    // A step that is not positive is taken for 1e-5, and has a gradient; NaN spreads, infinities do not.
    const [, , byStep] = all(rounding, x, () => np.array(-1), x);
    expect(Number.isFinite(byStep[0]) && byStep[0] !== 0).toBe(true);
    const broken = numbers(
      rounding.apply(np.array([Number.NaN, Number.POSITIVE_INFINITY, 0.1]), np.array(0.25)),
    );
    expect(broken.map(Number.isNaN)).toEqual([true, false, false]);
    expect(broken[1]).toBe(high / 4);
    expect(numbers(rounding.apply(x(), np.array(Number.NaN))).every(Number.isNaN)).toBe(true);
  });

  test("misuse is one sentence", () => {
    expect(() => lsq({ bits: 9 })).toThrow(/lsq: bits must be a whole number from 1 to 8, not 9/);
    expect(() => stableQat({ bits: 1 })).toThrow(/bits must be a whole number from 2 to 8/);
    for (const amplitude of [0.225, -0.01])
      expect(() => stableQat({ amplitude })).toThrow(/amplitude must be a number from 0 to 0.2249/);
    expect(() => lsq().apply(np.ones([2, 3]), np.ones([2]))).toThrow(
      /the step must be a scalar or have shape \[3\].*not \[2\]/,
    );
    expect(() => lsq({ per: "channel" }).init(np.array(1))).toThrow(/needs an array with a last axis/);
  });
});
