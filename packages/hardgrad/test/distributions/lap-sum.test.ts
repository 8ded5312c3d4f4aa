import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { grad, lapSum, lapsumTopK, plackettLuce } from "../../src/index.ts";
import { close } from "../close.ts";

/** LapSum against numpy in float64, and against bisection with the same law, written apart. */

const F = (x: number): number => (x < 0 ? Math.exp(x) / 2 : 1 - Math.exp(-x) / 2);
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);

function bisected(scores: readonly number[], k: number, t: number): number[] {
  const at = (b: number): number[] => scores.map((s) => F((s - b) / t));
  let low = Math.min(...scores) - 800 * t;
  let high = Math.max(...scores) + 800 * t;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) > k) low = middle;
    else high = middle;
  }
  return at(low);
}
const soft = (scores: readonly number[], k: number, t: number): number[] =>
  lapSum(np.array([...scores]), k, t).js() as number[];
const pulled = (scores: readonly number[], k: number, t: number, g: readonly number[]): number[] =>
  grad((s: np.Array) => np.sum(lapSum(s, k, t).mul(np.array([...g]))))(
    np.array([...scores]),
  ).js() as number[];

const scores = [2, -1, 0.3, 0.8, 0];
const g = [1, 0, -1, 2, 0.5];
const golden = [
  {
    k: 2,
    t: 0.5,
    p: [0.9664393, 0.0184647, 0.2486041, 0.630055, 0.1364368],
    d: [0.0177945, -0.0271391, -0.8626019, 0.9360419, -0.0640954],
  },
  {
    k: 3,
    t: 0.1,
    p: [1, 5.082e-6, 0.8888064, 0.9992508, 0.1119378],
    d: [5.708e-8, 1.21953e-5, -0.8451027, 0.0167822, 0.8283082],
  },
  {
    k: 2.5,
    t: 1.7,
    p: [0.8054046, 0.2199913, 0.472621, 0.6058211, 0.396162],
    d: [0.0661292, -0.0546472, -0.3954144, 0.3658233, 0.0181091],
  },
];

test.each(golden)("k = $k, temperature $t: values and gradient by numpy", ({ k, t, p, d }) => {
  close(soft(scores, k, t), p, { within: 1e-6 });
  close(pulled(scores, k, t, g), d, { within: 3e-6 });
});

describe("it is the bisection", () => {
  test.each([2, 9])("for rows of %i, many k and temperatures", (n) => {
    const rows = Array.from({ length: 24 }, (_, r) =>
      Array.from({ length: n }, (_, i) => Math.fround(4 * Math.sin(7.3 * r + 2.1 * i * i))),
    );
    for (const k of [0.05, 1, n / 2, n - 1, n - 0.03])
      for (const t of [0.0078125, 0.25, 1, 20]) {
        const run = (s: np.Array): np.Array => lapSum(s, k, np.array(t));
        const p = run(np.array(rows)).js() as number[][];
        for (const [i, row] of rows.entries()) {
          close(p[i]!, bisected(row, k, t), { within: 1e-6 });
          expect(Math.abs(sum(p[i]!) - k)).toBeLessThan(3e-6);
        }
        // Moving all scores moves nothing.
        const still = grad((s: np.Array) => np.sum(run(s)))(np.array(rows)).js() as number[][];
        expect(Math.max(...still.flat().map(Math.abs))).toBeLessThan(1e-6 / t);
      }
  });
  test("ties, at the threshold and elsewhere", () => {
    for (const row of [[1, 1, 1, 1], [3, 1, 1, 1, -2], [0, 0, 5, 5, 5, -1]]) // biome-ignore format: one thought
      for (const k of [1, 2, 2.5, 3]) close(soft(row, k, 0.5), bisected(row, k, 0.5), { within: 1e-6 });
    close(soft([7, 7, 7, 7], 3, 0.01), [0.75, 0.75, 0.75, 0.75]);
  });
  test("scores of +-1e6, and one far from the others", () => {
    close(soft([1e6, -1e6, 0.5, 1e6], 2, 0.5), [1, 0, 0, 1], { within: 1e-6 });
    close(soft([1e6, -1e6, 1e6, 1e6], 2, 0.5), [2 / 3, 0, 2 / 3, 2 / 3], { within: 1e-6 });
    close(soft([1e6, 1e6 + 0.5, -1e6], 1, 0.5), bisected([0, 0.5, -2e6], 1, 0.5), { within: 1e-6 });
    close(soft([1e6, -1e6, -1e6], 1.5, 0.5), [1, 0.25, 0.25], { within: 1e-6 });
    for (const k of [1, 1.5, 2]) {
      const d = pulled([1e6, -1e6, 0.5, 1e6], k, 0.5, [1, 2, 3, -1]);
      expect(d.every(Number.isFinite)).toBe(true);
      expect(Math.abs(sum(d))).toBeLessThan(1e-6);
    }
  });
});

test("an infinite score is in or out, without a gradient; NaN is NaN; all of them is 1", () => {
  const row = [Number.POSITIVE_INFINITY, 0.3, Number.NEGATIVE_INFINITY, 0.3];
  close(soft(row, 2, 0.5), [1, 0.5, 0, 0.5], { within: 1e-6 });
  const d = pulled(row, 2, 0.5, [1, 2, 3, -1]);
  expect([d[0], d[2]].map((x) => Math.abs(x!))).toEqual([0, 0]);
  close([d[1]!, d[3]!], [1.5, -1.5]);
  expect(soft([1, Number.NaN, 0], 1, 0.5).every(Number.isNaN)).toBe(true);
  expect(soft([1, 2, 3], 3, 0.5)).toEqual([1, 1, 1]);
  expect(soft([4], 1, 0.5)).toEqual([1]);
});

test("rows of a batch do not mix, and compiled is as eager", () => {
  const batch = [scores, [0.1, 0.2, 0.3, 3, -4]];
  const run = (s: np.Array): np.Array => lapSum(s, 2, 0.5);
  const eager = run(np.array(batch)).js() as number[][];
  const compiled = jit(run)(np.array(batch)).js() as number[][];
  for (const [i, row] of batch.entries()) {
    close(eager[i]!, bisected(row, 2, 0.5), { within: 1e-6 });
    close(compiled[i]!, eager[i]!, { within: 1e-6 });
  }
});

test("what is out of range is refused by name", () => {
  for (const k of [0, -1, 6, Number.NaN]) expect(() => soft(scores, k, 0.5)).toThrow(/lapSum: k must be/);
  expect(() => soft(scores, 2, 0)).toThrow(/lapSum: temperature must be/);
  expect(() => lapSum(np.array(1), 1, 0.5)).toThrow(/at least one axis/);
});

test("100,000 scores: the sum is k, and it takes milliseconds", async () => {
  const many = random.normal(random.key(3), [100_000]);
  const run = jit((s: np.Array) => lapSum(s, 1000, 0.1));
  await run(many.ref).data();
  const since = process.cpuUsage();
  const p = (await run(many).data()) as Float32Array;
  const { user, system } = process.cpuUsage(since);
  // Of 1000 the float32 threshold decides three digits behind the point.
  expect(Math.abs(sum(Array.from(p)) - 1000)).toBeLessThan(0.01);
  expect((user + system) / 1000).toBeLessThan(1000); // 63 ms of processor time; a sort of pairs would take minutes
  run.dispose();
});

test("lapsum-top-k: the k largest of the perturbed scores, with the gradient of their LapSum", () => {
  const noise = [1, 0.4, 2, 0.7, 1.3];
  const perturbed = scores.map((s, i) => s - Math.log(noise[i]!));
  const run = (a: np.Array): np.Array =>
    lapsumTopK({ temperature: 0.3 }).path!(plackettLuce(a, 2), np.array(noise));
  const order = perturbed.map((_, i) => i).sort((i, j) => perturbed[j]! - perturbed[i]!);
  expect(run(np.array(scores)).js()).toEqual(scores.map((_, i) => (order.indexOf(i) < 2 ? 1 : 0)));
  const d = grad((a: np.Array) => np.sum(run(a).mul(np.array(g))))(np.array(scores)).js() as number[];
  close(d, pulled(perturbed, 2, 0.3, g), { within: 5e-6 });
});
