import { describe, expect, test } from "vitest";
import { styleNoise } from "../../src/experiments/generator/noise.ts";

describe("styles of a seed", () => {
  test.each([1, 4, 5])("of %i numbers: each is a function of the seed and of its number alone", (size) => {
    const four = styleNoise(size, 4, 7, 2);
    for (let n = 0; n < 4; n++)
      expect([...four.subarray(n * size, (n + 1) * size)]).toEqual([...styleNoise(size, 1, 7, 2 + n)]);
    expect(new Set(four).size).toBe(4 * size);
    expect([...styleNoise(size, 4, 8, 2)]).not.toEqual([...four]);
  });

  test("are standard normal and independent: moments and correlations within 4.5 standard errors", () => {
    const [size, count] = [3, 20_000];
    const noise = styleNoise(size, count, 1);
    const mean = (f: (row: Float32Array) => number): number => {
      let sum = 0;
      for (let n = 0; n < count; n++) sum += f(noise.subarray(n * size, (n + 1) * size));
      return sum / count;
    };
    const within = (value: number, expected: number, variance: number, what: string): void =>
      expect(Math.abs(value - expected) / Math.sqrt(variance / count), what).toBeLessThan(4.5);
    for (let i = 0; i < size; i++) {
      within(mean((x) => x[i]!), 0, 1, `mean ${i}`); // biome-ignore format: one of four
      within(mean((x) => x[i]! ** 2), 1, 2, `variance ${i}`); // biome-ignore format: one of four
      within(mean((x) => x[i]! ** 3), 0, 15, `skewness ${i}`); // biome-ignore format: one of four
      within(mean((x) => x[i]! ** 4), 3, 96, `kurtosis ${i}`); // biome-ignore format: one of four
      for (let j = 0; j < i; j++) within(mean((x) => x[i]! * x[j]!), 0, 1, `${i} with ${j}`); // biome-ignore format: one of four
    }
  });
});
