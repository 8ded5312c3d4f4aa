import type { numpy as np } from "@jax-js/jax";
import { expect } from "vitest";

/** How far a number may be off: `within`, or `relative` times the expected number if that is more. */
export interface Tolerance {
  readonly within: number;
  readonly relative?: number;
}

/** For reference vectors: those are float64, ours are float32 sums of a few products of order 1. */
const sums: Tolerance = { within: 5e-6 };

/** Number by number; NaN is close to nothing. Tolerances are objects: a bare number was once read as digits. */
export function close(actual: readonly number[], expected: readonly number[], tolerance = sums): void {
  const { within, relative = 0 } = tolerance;
  if (!(within >= 0 && within < 0.1 && relative >= 0 && relative < 0.1))
    throw new RangeError(`close: ${JSON.stringify(tolerance)} is no tolerance; write { within: 1e-5 }`);
  expect(expected.length, "nothing is compared").toBeGreaterThan(0);
  expect(actual.length).toBe(expected.length);
  for (const [i, wanted] of expected.entries()) {
    const allowed = Math.max(within, relative * Math.abs(wanted));
    const off = Math.abs(actual[i]! - wanted);
    if (!(off <= allowed))
      expect.fail(`entry ${i} of ${expected.length} is ${actual[i]}, not ${wanted} within ${allowed}`);
  }
}

/** The entries of an array of any shape, in a row; it is consumed. */
export const numbers = (x: np.Array): number[] => Array.from(x.dataSync() as Float32Array);
