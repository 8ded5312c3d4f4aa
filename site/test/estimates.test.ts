import { findEstimator } from "hardgrad";
import { expect, test } from "vitest";
import { menu, optionsOf } from "../figures/estimators/menu.ts";
import { startMoments } from "../figures/estimators/moments.ts";
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
