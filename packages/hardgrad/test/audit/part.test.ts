import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { expect, test } from "vitest";
import {
  audit,
  bernoulli,
  categorical,
  exact,
  exactGradient,
  holdUnits,
  rloo,
  subset,
} from "../../src/index.ts";
import { close } from "../close.ts";

const logits = [0.4, -0.7, 1.1, -0.2, 0.6, -1.3];
const weights = [0.5, -0.8, 0.3, 0.9, -0.4, 0.7];
const coupled = (b: np.Array): np.Array => np.square(np.sum(b.mul(np.array(weights)), -1).sub(0.3));
const separable = (b: np.Array): np.Array => np.sum(np.square(b.sub(0.3)).mul(np.array(weights)), -1);

test("the free units' rows of the whole gradient: exactly, where f is a sum over units", async () => {
  const whole = await exactGradient(bernoulli(np.array(logits)), separable);
  const q = bernoulli(np.array(logits));
  const part = holdUnits(q, separable, [4, 1], random.key(1));
  const { gradient, states } = await exactGradient(part.distribution, part.objective);
  expect(states).toBe(4);
  close(gradient, [whole.gradient[4]!, whole.gradient[1]!]);
});

test("on the average over held samples for any f", async () => {
  const whole = await exactGradient(bernoulli(np.array(logits)), coupled);
  const q = bernoulli(np.array(logits));
  const rows: number[][] = [];
  for (let seed = 0; seed < 40; seed++) {
    const part = holdUnits(q, coupled, [2, 3], random.key(seed), { held: 16 });
    rows.push((await exactGradient(part.distribution, part.objective)).gradient);
  }
  for (const [i, unit] of [2, 3].entries()) {
    const values = rows.map((row) => row[i]!);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
    expect(spread).toBeGreaterThan(0);
    expect(Math.abs(mean - whole.gradient[unit]!) / (spread / Math.sqrt(values.length))).toBeLessThan(4.5);
  }
});

test("a layer of 32 units, which can't be enumerated, is audited in part", async () => {
  const many = np.array(Array.from({ length: 32 }, (_, i) => Math.sin(i)));
  const f = (b: np.Array): np.Array => np.square(np.sum(b, -1).sub(15));
  await expect(exactGradient(bernoulli(many.ref), f)).rejects.toThrow("4294967296 states are more than 2^20");
  const part = holdUnits(bernoulli(many), f, [0, 1, 2, 3], random.key(0), { held: 4 });
  const { rows } = await audit(part.distribution, part.objective, [exact(), rloo()], { samples: 2000 });
  expect(rows.map((row) => row.verdict)).toEqual(["no bias found", "no bias found"]);
});

test("categorical variables", async () => {
  const table = [[0.3, -0.5, 0.9], [0.1, 0.7, -0.6]]; // biome-ignore format: a table
  const f = (x: np.Array): np.Array => np.sum(np.square(x.mul(np.array([0.2, 0.9, -0.4]))), [-2, -1]);
  const whole = await exactGradient(categorical(np.array(table).reshape([1, 2, 3])), f);
  const part = holdUnits(categorical(np.array(table).reshape([1, 2, 3])), f, [1], random.key(2));
  close((await exactGradient(part.distribution, part.objective)).gradient, whole.gradient.slice(3));
});

test("refuses what it can't hold, in a sentence", () => {
  const key = random.key(0);
  const q = bernoulli(np.array([0.1, 0.2]));
  expect(() => holdUnits(q, coupled, [2], key)).toThrow(
    "holdUnits: a unit must be a whole number from 0 to 1, not 2.",
  );
  expect(() => holdUnits(q, coupled, [], key)).toThrow("name at least one unit");
  expect(() => holdUnits(q, coupled, [1, 1], key)).toThrow("named twice in 1, 1");
  expect(() => holdUnits(subset(np.array([0.1, 0.2]), 1), coupled, [0], key)).toThrow(
    "depend on one another",
  );
  expect(() => holdUnits(bernoulli(np.zeros([3, 2])), coupled, [0], key)).toThrow("batch of shape [3]");
});
