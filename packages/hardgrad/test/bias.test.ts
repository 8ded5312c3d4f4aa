import { describe, expect, test } from "vitest";
import { catalogue, type Objective } from "../src/index.ts";
import { estimates, supported } from "./harness.ts";
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
const COUNT = 30_000;

const width = (event: readonly number[]): number => event.reduce((a, b) => a * b, 1);

/** Largest |estimate - exact| in standard errors after the floor. */
async function worst(
  entry: (typeof supported)[number],
  objective: (typeof objectives)[number],
  seed: number,
): Promise<number> {
  const { estimator, case: c } = entry;
  const f: Objective = (x) => objective.jax(x, c.event.length);
  const rows = await estimates(estimator, c, f, COUNT, seed);
  const { mean, error } = meanAndError(rows, width(c.event));
  const { gradient } = exactGradient(c, objective.js);
  const size = states(c).reduce((sum, s) => sum + s.probability * Math.abs(objective.js(s.x)), 0);
  const floor = FLOOR * Math.max(1, size);
  const z = mean.map((m, i) => Math.max(0, Math.abs(m - gradient[i]!) - floor) / (error[i]! + 1e-9));
  return Math.max(...z);
}

const title = (entry: (typeof supported)[number]): string =>
  `${entry.id}, ${entry.case.kind}, first logit ${entry.case.logits[0]!.toFixed(2)}`;

/** Lower degrees first: the least variance. */
const steepest = (a: { degree: number | "any" }, b: { degree: number | "any" }): number =>
  (a.degree === "any" ? 0 : a.degree) - (b.degree === "any" ? 0 : b.degree);

describe("bias is as declared", () => {
  for (const entry of supported) {
    const { estimator } = entry;
    const degree = estimator.exactDegree === "all" ? Number.POSITIVE_INFINITY : estimator.exactDegree;
    const suits = (o: (typeof objectives)[number]): boolean =>
      o.degree === "any"
        ? estimator.unbiased && !(estimator.continuous && o.name === "jump")
        : o.degree <= degree;
    const exactFor = objectives.filter(suits);
    test(`${title(entry)}: no bias on ${exactFor.map((o) => o.name).join(", ")}`, async () => {
      for (const [i, objective] of exactFor.entries())
        expect(await worst(entry, objective, 11 + i), objective.name).toBeLessThan(LIMIT);
    });
    if (estimator.unbiased && !estimator.continuous) continue;
    test(`${title(entry)}: bias is seen above degree ${estimator.exactDegree}`, async () => {
      const z: { [name: string]: number } = {};
      for (const objective of objectives.filter((o) => !suits(o)).sort(steepest)) {
        z[objective.name] = await worst(entry, objective, 5);
        if (z[objective.name]! > LIMIT) return;
      }
      expect.fail(`no bias found: ${JSON.stringify(z)}`);
    });
  }
  test("an estimator is unbiased exactly if it is exact for all degrees", () => {
    for (const { create } of catalogue) expect(create().exactDegree === "all").toBe(create().unbiased);
  });
});
