import { defaultDevice, init } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { BATCH } from "../figures/estimators/estimates.ts";
import { lookOf } from "../figures/look.ts";
import { start as startNeuron } from "../figures/neuron/course.ts";
import { figure as neuron } from "../figures/neuron/figure.ts";
import { examine, stateOf } from "./examined.ts";
import { printed, tools } from "./played.ts";

beforeAll(async () => {
  await init("wasm");
  defaultDevice("wasm");
});

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
  const out = printed(neuron.code(stateOf(neuron, { squash }))).join("\n");
  expect(out).toMatch(/share of ones: 0\.[67]\d+/);
  expect(out).toMatch(/straight-through 1\n/);
});
