import { describe, expect, test } from "vitest";
import { LIMIT, MISSED, measure, momentsOf } from "../../src/audit/statistics.ts";

/** Four estimates of two numbers; every measure by its definition. */
const rows = [1, -2, 3, 0.5, 2, -1, 6, 0.1];
const exact = [2, -1];
const columns = [
  [1, 3, 2, 6],
  [-2, 0.5, -1, 0.1],
];
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const means = columns.map(mean);
const variances = columns.map((x, i) => x.reduce((s, v) => s + (v - means[i]!) ** 2, 0) / 3);
const thirds = columns.map((x, i) => mean(x.map((v) => (v - means[i]!) ** 3)));
const length = (x: readonly number[]): number => Math.hypot(...x);
const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((s, v, i) => s + v * y[i]!, 0);
const near = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  for (const [i, v] of expected.entries()) expect(actual[i]).toBeCloseTo(v, 12);
};
/** What Johnson's correction allows for skewness. */
const skew = (n: number): number[] => thirds.map((t, i) => (7 * Math.abs(t)) / variances[i]! / n);

test("moments: mean, unbiased variance, third central moment, range", () => {
  const moments = momentsOf(rows, 2);
  near(moments.mean, means);
  near(moments.variance, variances);
  near(moments.third, thirds);
  near(moments.range, [5, 2.5]);
});

describe("measures of a sample, by their definitions", () => {
  const known = { exact, scale: 1, evaluations: 4 };
  const bias = means.map((m, i) => m - exact[i]!);
  const errors = variances.map((v) => Math.sqrt(v / 4));
  test("bias, standard error, variance, squared error, cosine, descent", () => {
    const m = measure(rows, known);
    near(m.bias, bias);
    near(m.error, errors);
    const variance = variances[0]! + variances[1]!;
    expect(m.variance).toBeCloseTo(variance, 12);
    // The mean squared distance of the four estimates themselves.
    const squared = [0, 1, 2, 3].map((n) => columns.reduce((s, x, i) => s + (x[n]! - exact[i]!) ** 2, 0));
    expect(m.mse).toBeCloseTo(mean(squared), 12);
    const cosine = dot(means, exact) / length(means) / length(exact);
    expect(m.cosine).toBeCloseTo(cosine, 12);
    const second = mean([0, 1, 2, 3].map((n) => columns.reduce((s, x) => s + x[n]! ** 2, 0)));
    const descent = dot(means, exact) ** 2 / (dot(exact, exact) * second);
    expect(m.descent).toBeCloseTo(descent, 12);
    expect(m.descentPerEvaluation).toBeCloseTo(descent / 4, 12);
  });
  test("what skewness and rare values may hide: noise, z, bound and verdict", () => {
    for (const reach of [undefined, [7, 1]]) {
      const tail = 0.01;
      const m = measure(rows, { ...known, heavyTail: () => tail, ...(reach ? { reach } : {}) });
      // The reach, or the range that was seen where it is more: 7 and 2.5.
      const jumps = reach ? [7, 2.5] : [0, 0];
      const unseen = skew(4).map((s, i) => s + (MISSED * jumps[i]!) / 4 + tail);
      near(m.unseen, unseen);
      const noise = errors.map((e, i) => e + unseen[i]! / LIMIT);
      const excess = bias.map((b) => Math.abs(b) - 2e-6);
      expect(m.z).toBeCloseTo(Math.max(...excess.map((b, i) => b / noise[i]!)), 12);
      expect(m.relativeBias).toBeCloseTo(length(bias) / length(exact), 12);
      expect(m.relativeNoise).toBeCloseTo(length(noise) / length(exact), 12);
      const bound = (length(excess) + 2 * length(noise)) / length(exact);
      expect(m.relativeBound).toBeCloseTo(bound, 12);
      expect(bound).toBeGreaterThan(1);
      expect(m.verdict).toBe("undecided");
    }
  });
  test("as many as are needed: with them the noise is a third of the gradient", () => {
    const m = measure(rows, { ...known, reach: [7, 1] });
    const jumps = [7, 2.5];
    const noise = (n: number): number =>
      length(
        variances.map((v, i) => {
          const spread = Math.sqrt(Math.max(v, jumps[i]! * Math.abs(exact[i]!)) / n);
          return spread + ((MISSED * jumps[i]!) / n + (skew(4)[i]! * 4) / n) / LIMIT;
        }),
      );
    const third = length(exact) / 3;
    expect(noise(m.samplesNeeded!)).toBeLessThanOrEqual(third);
    // Found by steps of a tenth, and rounded up to two digits.
    expect(noise(m.samplesNeeded! / 1.25)).toBeGreaterThan(third);
    expect(String(m.samplesNeeded)).toMatch(/^\d\d?0*$/);
  });
  test("a large sample decides: no bias, or one of its size", () => {
    const many = Array.from({ length: 4000 }, (_, n) => [1.9 + (n % 2) * 0.2, -0.9 - (n % 2) * 0.2]).flat();
    const fair = measure(many, known);
    expect(fair.verdict).toBe("no bias found");
    expect(fair.samplesNeeded).toBeNull();
    expect(fair.z).toBe(0);
    const off = measure(many, { ...known, exact: [2.1, -1] });
    expect(off.verdict).toBe("biased");
    expect(off.z).toBeCloseTo((0.1 - 2e-6) / (0.1 / Math.sqrt(3999)), 3);
    // 4.5 standard errors of 0.1 / sqrt(3999): just below and just above.
    const error = 0.1 / Math.sqrt(3999);
    for (const [factor, verdict] of [
      [4.4, "no bias found"],
      [4.6, "biased"],
    ] as const)
      expect(measure(many, { ...known, exact: [2 + factor * error + 2e-6, -1] }).verdict).toBe(verdict);
  });
  test("the float's floor: 2e-6 of the size of f is no bias, more is", () => {
    const same = Array.from({ length: 100 }, () => [3, -1]).flat();
    const at = (off: number, scale: number) => measure(same, { exact: [3 + off, -1], scale, evaluations: 1 });
    expect(at(1.9e-6, 1).z).toBe(0);
    expect(at(1.9e-6, 1).verdict).toBe("no bias found");
    expect(at(4.1e-6, 1).verdict).toBe("biased");
    expect(at(4.1e-6, 10).verdict).toBe("no bias found");
    expect(at(0, 1).relativeNoise).toBe(0);
  });
  test("no gradient: nothing to compare its direction with", () => {
    const m = measure([1, -1, -1, 1], { exact: [0, 0], scale: 1, evaluations: 1 });
    expect([m.cosine, m.descent, m.descentPerEvaluation, m.samplesNeeded]).toEqual([null, null, null, null]);
  });
  test("what is not finite is refused", () => {
    expect(() => measure(rows, { ...known, exact: [Number.NaN, 1] })).toThrow(/exact gradient is not finite/);
    expect(() => measure(rows, { ...known, scale: Number.NaN })).toThrow(/not finite/);
    expect(() => measure([1, Number.NaN], known)).toThrow(/estimates are not finite/);
    for (const bad of [Number.NaN, -1])
      expect(() => measure(rows, { ...known, reach: [bad, 1] })).toThrow(/not finite/);
  });
});
