import { expect, test } from "vitest";
import { totalVariance } from "../../src/engine/variance.ts";

test("the sum over all entries of the unbiased variance, by two passes", async () => {
  const estimate = (i: number): number[][] => [
    [Math.sin(3 * i + 1), 1e4 + Math.cos(i)],
    [2 * i, 5, Math.sin(i) ** 2],
  ];
  const count = 7;
  const rows = Array.from({ length: count }, (_, i) => estimate(i).flat());
  const expected = rows[0]!.reduce((sum, _, j) => {
    const mean = rows.reduce((s, row) => s + row[j]!, 0) / count;
    return sum + rows.reduce((s, row) => s + (row[j]! - mean) ** 2, 0) / (count - 1);
  }, 0);
  expect(expected).toBeGreaterThan(1);
  const asked: number[] = [];
  const variance = await totalVariance(async (i) => {
    asked.push(i);
    return estimate(i).map((part) => Float64Array.from(part));
  }, count);
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(variance).toBeCloseTo(expected, 8);
});
