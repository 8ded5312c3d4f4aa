import { numpy as np } from "@jax-js/jax";
import { bernoulli, categorical, findEstimator } from "hardgrad";
import { expect, test } from "vitest";
import { menu, optionsOf } from "../figures/estimators/menu.ts";
import { startMoments } from "../figures/estimators/moments.ts";
import { rarestOf, tooRare } from "../figures/estimators/rare.ts";
import { verdictOf } from "../figures/estimators/verdict.ts";
import { percent, plain, withError } from "../figures/plots/numbers.ts";

/** What the figures of estimators share: moments of estimates, numbers with their errors, sliders. */

test("moments are those of the textbook, and the error of the variance is what many repetitions show", () => {
  const exact = [0.5, -1];
  // A deterministic stream of skewed numbers.
  let s = 1;
  const random = (): number => {
    s = (s * 48271) % 2147483647;
    return s / 2147483647;
  };
  const draw = (n: number): number[] =>
    Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? random() ** 2 : random() - 1.4));
  const rows = draw(500);
  const moments = startMoments(exact, 1);
  moments.add(rows, 0, 200);
  moments.add(rows, 200);
  const found = moments.measured();
  const column = (k: number): number[] => rows.filter((_, i) => i % 2 === k);
  const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
  const variance = (x: readonly number[]): number =>
    x.reduce((a, b) => a + (b - mean(x)) ** 2, 0) / (x.length - 1);
  expect(found.mean[0]).toBeCloseTo(mean(column(0)), 10);
  expect(found.variance).toBeCloseTo(variance(column(0)) + variance(column(1)), 10);
  expect(found.bias).toBeCloseTo(Math.hypot(mean(column(0)) - 0.5, mean(column(1)) + 1), 10);
  const repeats = Array.from({ length: 400 }, () => {
    const own = startMoments(exact, 1);
    own.add(draw(500));
    return own.measured();
  });
  for (const [value, error] of [
    ["variance", "varianceError"],
    ["mse", "mseError"],
    ["bias", "biasError"],
  ] as const) {
    // biome-ignore format: one list
    const seen = Math.sqrt(variance(repeats.map((r) => r[value])));
    // The standard deviation of 400 repetitions is known to 3.5 %: three and a half times that.
    expect(Math.abs(mean(repeats.map((r) => r[error])) / seen - 1), value).toBeLessThan(0.125);
  }
});

test("where a value has hardly come up, samples are believed only where they agree with what is proven", () => {
  const moments = startMoments([0.01], 1);
  for (let i = 0; i < 200; i++) moments.add([0.001 * (i % 2)]);
  const measured = moments.measured();
  expect(measured.z).toBeGreaterThan(100);
  const row = { evaluations: 1, cloud: [], history: [], measured };
  const verdict = (id: string, rare: boolean): string => verdictOf({ ...row, id, rare }, [0.01]);
  expect(verdict("reinforce", true)).toBe("too few samples");
  expect(verdict("straight-through", true)).toBe("biased");
  expect([verdict("reinforce", false), verdict("straight-through", false)]).toEqual(["biased", "biased"]);
  const exact = measured.mean;
  const right = { ...row, measured: { ...measured, z: 0, bias: 0 } };
  expect(verdictOf({ ...right, id: "reinforce", rare: true }, exact)).toBe("no bias seen");
  expect(verdictOf({ ...right, id: "straight-through", rare: true }, exact)).toBe("too few samples");

  expect(rarestOf(bernoulli(np.array([0, 6])), [0, 6])).toBeCloseTo(1 / (1 + Math.exp(6)), 12);
  const hard = bernoulli(np.array([0.9, -3]), { probability: "hard-sigmoid" });
  expect(rarestOf(hard, [0.9, -3])).toBeCloseTo(0.05, 12);
  expect(rarestOf(categorical(np.array([0, 2, 0])), [0, 2, 0])).toBeCloseTo(1 / (2 + Math.exp(2)), 12);
  expect([tooRare(2816, 0.01), tooRare(2816, 0.005)]).toEqual([false, true]);
});

test("numbers have the digits that their errors allow", () => {
  expect(withError(0.36521, 0.0042)).toBe("0.365 ± 0.004");
  expect(withError(0.36521, 0.0013)).toBe("0.3652 ± 0.0013");
  expect(withError(1234.5, 56)).toBe("1230 ± 60");
  expect(withError(-0.0004, 0.002)).toBe("0.000 ± 0.002");
  expect(withError(-1.25, 0)).toBe("−1.25");
  expect(withError(5.3, 5.1e-8)).toBe("5.3");
  expect(withError(Number.NaN, 1)).toBe("not finite");
  expect(percent(0.4357, 0.0031)).toBe("43.6 % ± 0.3 %");
  expect(percent(0.9843, 3e-18)).toBe("98.4 %");
  expect(plain(0)).toBe("0");
});

test("sliders set what an estimator has, within its range", () => {
  const of = (id: string, dials: object) => optionsOf(menu.find((e) => e.id === id)!, dials);
  expect(of("reinmax", { temperature: 0.5, samples: 4 })).toEqual({ temperature: 1 });
  expect(of("rloo", { temperature: 0.5, samples: 7 })).toEqual({ samples: 7 });
  expect(of("decoupled-straight-through", { temperature: 0.5 })).toEqual({ backwardTemperature: 0.5 });
  expect(of("reinforce", { temperature: 0.5, samples: 4 })).toEqual({});
  for (const e of menu) expect(() => findEstimator(e.id)!.create(optionsOf(e, { temperature: 5, samples: 32 }))).not.toThrow(); // biome-ignore format: one line
});
