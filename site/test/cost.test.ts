import { defaultDevice, init } from "@jax-js/jax";
import { findEstimator } from "hardgrad";
import { beforeAll, expect, test } from "vitest";
import { candidates, errorAt, ranked, reasonAgainst } from "../figures/cost/answer.ts";
import { frontier } from "../figures/cost/chart.ts";
import { start as startCost } from "../figures/cost/course.ts";
import { figure as cost } from "../figures/cost/figure.ts";
import { menu } from "../figures/estimators/menu.ts";
import { examine, stateOf } from "./examined.ts";
import { printed, tools } from "./played.ts";

beforeAll(async () => {
  await init("wasm");
  defaultDevice("wasm");
});

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

test("a loss with no gradient has a picture: no estimator has an error", async () => {
  const state = stateOf(cost, { loss: "typed", typed: "b1 - b1" });
  const course = await startCost(state, tools);
  for (let i = 0; i < 3; i++) await course.tick();
  examine(cost, await course.data(), state);
  course.end();
});

test("the three questions, against the traits of the catalogue", () => {
  const all = { soft: true, differentiable: true, unbiased: false };
  for (const e of menu) {
    const traits = findEstimator(e.id)!.create();
    expect(reasonAgainst(e, all)).toBeUndefined();
    expect(reasonAgainst(e, { ...all, unbiased: true }) === undefined).toBe(traits.unbiased);
    expect(reasonAgainst(e, { ...all, differentiable: false }) === undefined).toBe(traits.needs === "values");
    const soft = traits.forward === "soft" || /soft/.test(traits.needs);
    expect(reasonAgainst(e, { ...all, soft: false }) === undefined).toBe(!soft);
  }
});

test("its code finds the best among those that apply", () => {
  const code = cost.code(stateOf(cost, { units: 3, differentiable: false, unbiased: true, budget: 6 }));
  // All of them take the audit half a minute: six are as good a test.
  const six = ["exact", "reinforce", "reinforce-leave-one-out", "rloo", "disarm", "reinmax"];
  const fewer = `const estimators = catalogue.filter((e) => ${JSON.stringify(six)}.includes(e.id))`;
  const lines = printed(code.replace("const estimators = catalogue", fewer));
  const ids = lines.map((line) => line.split(" ")[0]!);
  expect([...ids].sort()).toEqual(["disarm", "reinforce", "reinforce-leave-one-out", "rloo"]); // 8 states; a gradient
  const errors = lines.map((line) => Number(line.split(" ")[1]));
  expect(errors).toEqual([...errors].sort((x, y) => x - y));
});
