import { expect } from "vitest";

/** Against reference vectors: those are float64, ours are float32 sums of a few products of order 1. */
export const close = (actual: readonly number[], expected: readonly number[], digits = 5): void => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i]!, digits);
  });
};
