import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { tame } from "../../src/distributions/tame.ts";
import { grad } from "../../src/index.ts";
import { close } from "../close.ts";

const inf = Number.POSITIVE_INFINITY;
/** Scores, temperature and unit as lists. */
function tamed(scores: readonly number[], temperature: number) {
  const { s, t, unit } = tame(np.array([...scores]), temperature);
  return [s, t, unit].map((x) => x.js() as number[]) as [number[], number[], number[]];
}
const float32 = { within: 1e-5, relative: 1e-6 };

test("numbers up to 1e30 stay as they are", () => {
  const [s, t, unit] = tamed([1, -2, 9e29], 0.5);
  expect([s, t, unit]).toEqual([[1, -2, Math.fround(9e29)], [0.5], [1]]);
});

test("beyond, all are divided by one number, the temperature too", () => {
  const [s, t, unit] = tamed([4e32, -1e31, 3], 50);
  close(unit, [400], float32);
  close(t, [50 / 400], float32);
  close([s[0]! / 1e30, s[1]! / 1e30], [1, -0.025], float32);
  expect(s[2]).toBeCloseTo(3 / 400, 8);
});

test("infinities stand 200 temperatures and a thousandth of the range beyond the others and zero", () => {
  const [s] = tamed([10, -20, inf, -inf], 0.5);
  close(s, [10, -20, 10 + 0.03 + 100, -20 - 0.03 - 100], float32);
  // All on one side of zero: the range begins there.
  close(tamed([30, 20, inf, -inf], 0.1)[0], [30, 20, 30 + 0.03 + 20, -0.03 - 20], float32);
  close(tamed([-30, -20, inf, -inf], 0.1)[0], [-30, -20, 0.03 + 20, -30 - 0.03 - 20], float32);
});

test("NaN makes all NaN; gradients are those of the scores, and none at an infinity", () => {
  for (const x of tamed([1, Number.NaN, 2], 0.5).flat()) expect(x).toBeNaN();
  const slope = grad((x: np.Array) => {
    const { s, t, unit } = tame(x, 0.5);
    t.dispose();
    unit.dispose();
    return np.sum(s.mul(np.array([1, 2, 3])));
  });
  expect(slope(np.array([3, -inf, 1])).js()).toEqual([1, 0, 3]);
});
