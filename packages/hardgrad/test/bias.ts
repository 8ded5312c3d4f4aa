import { expect } from "vitest";
import type { Objective } from "../src/index.ts";
import { type Entry, estimates } from "./harness.ts";
import { objectives } from "./objectives.ts";
import { exactGradient, meanAndError, states } from "./oracle.ts";

/**
 * Every property that an entry of the catalogue declares is checked here for every entry.
 * Bias: |z| > 4.5 standard errors, after a floor of 2e-5 for float32 (losses are of order 1, with an error of
 * 1e-7 each, and sums of up to six products). With some 600 comparisons a false alarm at 4.5 has probability 0.4 %;
 * seeds are fixed, so it would show once and for ever.
 */
const LIMIT = 4.5;
const FLOOR = 2e-5;

const width = (event: readonly number[]): number => event.reduce((a, b) => a * b, 1);

/** Largest |estimate - exact| in standard errors after the floor. */
async function worst(
  entry: Entry,
  objective: (typeof objectives)[number],
  seed: number,
  count: number,
): Promise<number> {
  const { estimator, case: c } = entry;
  const f: Objective = (x) => objective.jax(x, c.event.length);
  const rows = await estimates(estimator, c, f, count, seed);
  const { mean, error } = meanAndError(rows, width(c.event));
  const { gradient } = exactGradient(c, objective.js);
  const size = states(c).reduce((sum, s) => sum + s.probability * Math.abs(objective.js(s.x)), 0);
  const floor = FLOOR * Math.max(1, size);
  const z = mean.map((m, i) => Math.max(0, Math.abs(m - gradient[i]!) - floor) / (error[i]! + 1e-9));
  return Math.max(...z);
}

/** Lower degrees first: the least variance. */
const steepest = (a: { degree: number | "any" }, b: { degree: number | "any" }): number =>
  (a.degree === "any" ? 0 : a.degree) - (b.degree === "any" ? 0 : b.degree);

/** What an entry claims to be exact for, by the traits of the instance in hand. */
export function exactFor({ estimator }: Entry): readonly (typeof objectives)[number][] {
  const degree = estimator.exactDegree === "all" ? Number.POSITIVE_INFINITY : estimator.exactDegree;
  return objectives.filter((o) =>
    o.degree === "any"
      ? estimator.unbiased && !(estimator.continuous && o.name === "jump")
      : o.degree <= degree,
  );
}

/** No bias on the objectives that are given. */
export async function unbiased(
  entry: Entry,
  among: readonly (typeof objectives)[number][],
  count = 30_000,
): Promise<void> {
  for (const objective of among)
    expect(
      await worst(entry, objective, 11 + objectives.indexOf(objective), count),
      objective.name,
    ).toBeLessThan(LIMIT);
}

/** Bias on some objective that the entry does not claim to be exact for. */
export async function biased(entry: Entry, count = 30_000): Promise<void> {
  const z: { [name: string]: number } = {};
  for (const objective of objectives.filter((o) => !exactFor(entry).includes(o)).sort(steepest)) {
    z[objective.name] = await worst(entry, objective, 5, count);
    if (z[objective.name]! > LIMIT) return;
  }
  expect.fail(`no bias found: ${JSON.stringify(z)}`);
}
