import { expect } from "vitest";
import { type Entry, type Estimates, estimatesOf } from "./harness.ts";
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
function worst({ case: c }: Entry, objective: (typeof objectives)[number], rows: Float32Array): number {
  const { mean, error } = meanAndError(rows, width(c.event));
  const { gradient } = exactGradient(c, objective.js);
  const size = states(c).reduce((sum, s) => sum + s.probability * Math.abs(objective.js(s.x)), 0);
  const floor = FLOOR * Math.max(1, size);
  const z = mean.map((m, i) => Math.max(0, Math.abs(m - gradient[i]!) - floor) / (error[i]! + 1e-9));
  return Math.max(...z);
}

/** Estimates of an entry on some objectives, by their places. */
const estimatesOn = (
  { estimator, case: c }: Entry,
  among: readonly (typeof objectives)[number][],
): Estimates =>
  estimatesOf(
    estimator,
    c,
    among.map((o) => (x) => o.jax(x, c.event.length)),
  );

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
  const estimates = estimatesOn(entry, among);
  for (const [j, objective] of among.entries()) {
    const rows = await estimates.of(j, count, 11 + objectives.indexOf(objective));
    expect(worst(entry, objective, rows), objective.name).toBeLessThan(LIMIT);
  }
  estimates.dispose();
}

/** Bias on some objective that the entry does not claim to be exact for. */
export async function biased(entry: Entry, count = 30_000): Promise<void> {
  const z: { [name: string]: number } = {};
  for (const objective of objectives.filter((o) => !exactFor(entry).includes(o)).sort(steepest)) {
    const estimates = estimatesOn(entry, [objective]);
    z[objective.name] = worst(entry, objective, await estimates.of(0, count, 5));
    estimates.dispose();
    if (z[objective.name]! > LIMIT) return;
  }
  expect.fail(`no bias found: ${JSON.stringify(z)}`);
}
