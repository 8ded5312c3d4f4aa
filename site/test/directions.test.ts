import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { audit, bernoulli, catalogue, exactGradient, findEstimator } from "hardgrad";
import { beforeAll, expect, test } from "vitest";
import { start as startDirections } from "../figures/directions/course.ts";
import { figure as directions } from "../figures/directions/figure.ts";
import { BATCH } from "../figures/estimators/estimates.ts";
import { examine, stateOf } from "./examined.ts";
import { printed, tools } from "./played.ts";

beforeAll(async () => {
  await init("wasm");
  defaultDevice("wasm");
});

const few = { estimators: ["reinforce", "straight-through-sigmoid", "reinmax"] };

test("the same seed and ticks give the same data; another seed does not", async () => {
  const run = async (seed: number): Promise<string> => {
    const course = await startDirections(stateOf(directions, { ...few, seed }), tools);
    for (let i = 0; i < 6; i++) await course.tick();
    const data = JSON.stringify(await course.data());
    course.end();
    return data;
  };
  const first = await run(3);
  expect(await run(3)).toBe(first);
  expect(await run(4)).not.toBe(first);
});

test("means, biases and variances are those of audit, within standard errors; the arrow is exactGradient's", async () => {
  const state = stateOf(directions, few);
  const course = await startDirections(state, tools);
  for (let i = 0; i < 3 + 30; i++) await course.tick();
  const data = await course.data();
  course.end();
  const q = bernoulli(np.array([0.8, -1.2]));
  const f = (b: np.Array): np.Array => np.square(np.sum(b, -1).sub(0.45));
  expect(data.exact).toEqual((await exactGradient(q, f)).gradient);
  const estimators = few.estimators.map((id) => findEstimator(id)!.create());
  const report = await audit(q, f, estimators, { samples: 20_000, seed: 9 });
  q.logits.dispose();
  for (const [i, row] of report.rows.entries()) {
    const measured = data.rows[i]!.measured!;
    expect(measured.count).toBe(31 * BATCH);
    // Both have their errors; that of the audit is smaller.
    expect(Math.abs(measured.variance - row.variance), row.id).toBeLessThan(6 * measured.varianceError);
    expect(Math.abs(measured.mse - row.mse), row.id).toBeLessThan(6 * measured.mseError);
    for (const [k, b] of row.bias.entries()) {
      const error = Math.hypot(row.error[k]!, measured.errors[k]!);
      expect(Math.abs(measured.mean[k]! - data.exact[k]! - b), row.id).toBeLessThan(4.5 * error);
    }
  }
  const { says } = examine(directions, data, state);
  expect(says).toMatch(/reinmax sits? on the exact arrow|reinmax sit on the exact arrow/);
  expect(says).toMatch(/straight-through-sigmoid by 43(\.\d+)? % ±/);
  const rows = directions.rows(data, state);
  expect(rows.map((r) => r.estimator)).toEqual(["exact gradient", ...few.estimators]);
  expect(rows[2]!.bias).toBe(data.rows[1]!.measured!.bias);
});

test("slope multiplies the gradient with respect to a, of the exact one and of estimates", async () => {
  const state = stateOf(directions, { ...few, loss: "linear", slope: 2, logits: [0.3, -0.2] });
  const course = await startDirections(state, tools);
  for (let i = 0; i < 4; i++) await course.tick();
  const data = await course.data();
  course.end();
  const p = (a: number): number => 1 / (1 + Math.exp(-2 * a));
  const wanted = [2 * p(0.3) * (1 - p(0.3)), 4 * p(-0.2) * (1 - p(-0.2))];
  for (const [i, g] of wanted.entries()) {
    expect(data.exact[i]).toBeCloseTo(g, 5);
    expect(data.rows[1]!.measured!.mean[i]).toBeCloseTo(g, 5); // exact for a linear f, without noise
  }
});

const anything = fc.record({
  estimators: fc.subarray([...catalogue].filter((e) => e.create().supports.includes("bernoulli")).map((e) => e.id), { minLength: 1, maxLength: 2 }), // biome-ignore format: one line
  loss: fc.constantFrom("quadratic", "linear", "product", "non-smooth", "typed"),
  typed: fc.constantFrom(
    "step(b1 - 0.5)",
    "log(b1)",
    "sqrt(b1 - b2)",
    "b1/b2",
    "max(b1, b2) b3 + b4",
    "0 b1 + 2",
  ),
  logits: fc.tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -30, max: 30 })).map(([x, y]) => [x / 10, y / 10]), // biome-ignore format: one line
  slope: fc.constantFrom(0.25, 1, 8),
  temperature: fc.constantFrom(0.05, 0.5, 5),
  samples: fc.constantFrom(2, 4, 32),
  seed: fc.integer({ min: 0, max: 1000 }),
});
test("any state is drawn, or refused in a sentence", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (given) => {
      const state = stateOf(directions, given);
      let course: Awaited<ReturnType<typeof startDirections>>;
      try {
        course = await startDirections(state, tools);
      } catch (error) {
        expect((error as Error).message).toMatch(
          /^The loss is (infinite|not a number) at b1 = [01].*; change it so that it is finite there\.$/,
        );
        return;
      }
      for (let i = 0; i < 3; i++) {
        examine(directions, await course.data(), state);
        await course.tick();
      }
      examine(directions, await course.data(), state);
      course.end();
    }),
    { numRuns: 8, seed: 17 },
  );
});

test.each([{}, { loss: "typed", typed: "max(b1, b3) - sigmoid(2 b2)", slope: 2, seed: 5 }])(
  "its code prints an audit: %o",
  (given) => {
    const out = printed(directions.code(stateOf(directions, { ...few, ...given }))).join("\n");
    expect(out).toContain("exact gradient:");
    for (const id of few.estimators)
      expect(out).toMatch(new RegExp(`^${id} bias [\\d.]+ ± [\\d.]+ variance [\\d.]+$`, "m"));
  },
);
