import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { audit, bernoulli, catalogue, exactGradient, findEstimator } from "hardgrad";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import type { Controls } from "../figures/contract.ts";
import { candidates, errorAt, ranked, reasonAgainst } from "../figures/cost/answer.ts";
import { frontier } from "../figures/cost/chart.ts";
import { start as startCost } from "../figures/cost/course.ts";
import { figure as cost } from "../figures/cost/figure.ts";
import { start as startDirections } from "../figures/directions/course.ts";
import { figure as directions } from "../figures/directions/figure.ts";
import { BATCH } from "../figures/estimators/estimates.ts";
import { menu, optionsOf } from "../figures/estimators/menu.ts";
import { startMoments } from "../figures/estimators/moments.ts";
import { lookOf } from "../figures/look.ts";
import { start as startNeuron } from "../figures/neuron/course.ts";
import { figure as neuron } from "../figures/neuron/figure.ts";
import { percent, plain, withError } from "../figures/plots/numbers.ts";
import * as played from "./played.ts";

const { tools } = played;
const printed = (code: string): string => played.printed(code).join("\n");

beforeAll(async () => {
  await init("wasm");
  defaultDevice("wasm");
});

interface Shown {
  readonly controls: Controls;
  draw(data: never, state: never, look: never): SVGElement;
  says(data: never, state: never): string;
  rows(data: never, state: never): readonly { readonly [column: string]: string | number }[];
  code(state: never): string;
}
const stateOf = (figure: unknown, given: object = {}): never =>
  played.stateOf(figure as never, given as never) as never;

/** Draws at a few widths, and looks at everything that a visitor may see. */
function examine(figure: unknown, data: unknown, state: unknown): { svg: string; says: string } {
  const shown = figure as Shown;
  let svg = "";
  for (const [width, dark] of [
    [360, true],
    [760, false],
    [1100, false],
  ] as const) {
    // biome-ignore format: one list
    const { document } = parseHTML("<!doctype html><html><body></body></html>");
    const look = lookOf(document as unknown as Document, width, dark);
    svg = shown.draw(data as never, state as never, look as never).outerHTML;
    expect(svg).not.toMatch(/NaN|undefined|Infinity|null/);
    expect(Number(/width="([\d.]+)"/.exec(svg)![1])).toBe(width);
  }
  const says = shown.says(data as never, state as never);
  expect(says).not.toMatch(/NaN|undefined|Infinity|null/);
  expect(says).toMatch(/^[A-Z].{20,}\.$/s);
  for (const row of shown.rows(data as never, state as never))
    for (const value of Object.values(row)) expect(value).not.toBeNaN();
  return { svg, says };
}

describe("directions", () => {
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
            /^exactGradient: the objective is (NaN|-?Infinity) at the state/,
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
      const out = printed(directions.code(stateOf(directions, { ...few, ...given })));
      expect(out).toContain("exact gradient:");
      for (const id of few.estimators)
        expect(out).toMatch(new RegExp(`^${id} bias [\\d.]+ ± [\\d.]+ variance [\\d.]+$`, "m"));
    },
  );
});

describe("cost", () => {
  test("at a budget the best is the one with the least error, the questions put out what does not apply, and the frontier is below all", async () => {
    const state = stateOf(cost, { units: 3, budget: 10 });
    const course = await startCost(state, tools);
    // A few estimators are enough: the first are of the families exact and score function, without training.
    for (let i = 0; i < 5; i++) await course.tick();
    const data = await course.data();
    const all = candidates(data, state);
    const costs = Object.fromEntries(all.map((c) => [c.id, c.cost]));
    expect(costs).toEqual({
      exact: 8,
      "local-expectation": 4,
      "measure-valued": 4,
      reinforce: 1,
      "reinforce-leave-one-out": 1,
    });
    const best = ranked(all, 10);
    expect(best[0]!.id).toBe("exact"); // 8 states fit into the budget
    expect(ranked(all, 7)[0]!.id).not.toBe("exact");
    for (const { x, y } of frontier(all, 1, 1000))
      for (const c of all) expect(y).toBeLessThanOrEqual(Math.max(1e-5, errorAt(c, x)) * 1.001);
    examine(cost, data, state);
    course.end();
  });

  test("the three questions, against the traits of the catalogue", () => {
    const all = { soft: true, differentiable: true, unbiased: false };
    for (const e of menu) {
      const traits = findEstimator(e.id)!.create();
      expect(reasonAgainst(e, all)).toBeUndefined();
      expect(reasonAgainst(e, { ...all, unbiased: true }) === undefined).toBe(traits.unbiased);
      expect(reasonAgainst(e, { ...all, differentiable: false }) === undefined).toBe(
        traits.needs === "values",
      );
      const soft = traits.forward === "soft" || /soft/.test(traits.needs);
      expect(reasonAgainst(e, { ...all, soft: false }) === undefined).toBe(!soft);
    }
  });

  test("its code finds the best among those that apply", () => {
    const code = cost.code(stateOf(cost, { units: 3, differentiable: false, unbiased: true, budget: 6 }));
    // All of them take the audit half a minute: six are as good a test.
    const six = ["exact", "reinforce", "reinforce-leave-one-out", "rloo", "disarm", "reinmax"];
    const fewer = `const estimators = catalogue.filter((e) => ${JSON.stringify(six)}.includes(e.id))`;
    const lines = printed(code.replace("const estimators = catalogue", fewer)).trim().split("\n");
    const ids = lines.map((line) => line.split(" ")[0]!);
    expect([...ids].sort()).toEqual(["disarm", "reinforce", "reinforce-leave-one-out", "rloo"]); // 8 states; a gradient
    const errors = lines.map((line) => Number(line.split(" ")[1]));
    expect(errors).toEqual([...errors].sort((x, y) => x - y));
  });
});

describe("neuron", () => {
  test.each([
    { squash: "hard-sigmoid", a: 0.5 },
    { squash: "sigmoid", a: -1, slope: 2 },
    { squash: "hard-sigmoid", a: 2.5 },
  ])("passes back what its derivative is: %o", async (given) => {
    const state = stateOf(neuron, given);
    const course = await startNeuron(state, tools);
    for (let i = 0; i < 12; i++) await course.tick();
    const data = await course.data();
    course.end();
    const { squash, a, slope = 1 } = given as { squash: string; a: number; slope?: number };
    const p = squash === "sigmoid" ? 1 / (1 + Math.exp(-slope * a)) : Math.min(1, Math.max(0, (a + 1) / 2));
    const derivative = squash === "sigmoid" ? slope * p * (1 - p) : a < 1 ? 1 / 2 : 0;
    expect(data.probability).toBeCloseTo(p, 6);
    expect(data.estimates.exact[0]).toBeCloseTo(derivative, 6);
    const means = new Map(data.estimates.rows.map((r) => [r.id, r.measured!]));
    expect(means.get("straight-through")!.mean[0]).toBeCloseTo(slope, 6);
    expect(means.get("straight-through-sigmoid")!.mean[0]).toBeCloseTo(derivative, 6);
    if (squash === "sigmoid")
      for (const id of ["reinforce", "reinmax"]) {
        const { mean, noise } = means.get(id)!;
        expect(Math.abs(mean[0]! - derivative), id).toBeLessThan(4.5 * noise);
      }
    expect(data.samples).toBe(12 * BATCH);
    const error = Math.sqrt((p * (1 - p)) / data.samples);
    expect(Math.abs(data.ones / data.samples - p)).toBeLessThanOrEqual(4.5 * error);
    examine(neuron, data, state);
  });

  test("dragging the point sets a, on its step", () => {
    const look = lookOf({} as Document, 760, false);
    const [drag] = neuron.drags!(stateOf(neuron), look);
    expect(drag!.value(0.5, 0)).toBeCloseTo(0, 12);
    expect(drag!.value(1, 1)).toBeCloseTo(3, 12);
  });

  test.each(["sigmoid", "hard-sigmoid"])("its code runs, %s", (squash) => {
    const out = printed(neuron.code(stateOf(neuron, { squash })));
    expect(out).toMatch(/share of ones: 0\.[67]\d+/);
    expect(out).toMatch(/straight-through 1\n/);
  });
});

describe("shared parts", () => {
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
});
