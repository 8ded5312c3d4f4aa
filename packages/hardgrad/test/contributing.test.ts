import "./setup.ts";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { numpy as np, random } from "@jax-js/jax";
import { afterAll, expect, test } from "vitest";
import { bernoulli, grad, type PathEstimator, through } from "../src/index.ts";

/** The worked example of CONTRIBUTING, in the place that it names but for the folder. */
const text = readFileSync(fileURLToPath(new URL("../../../CONTRIBUTING.md", import.meta.url)), "utf8");
const family = new URL("../src/estimators/straight-through/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "hardgrad-contributing-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the worked example is an estimator that does what it says", async () => {
  const code = /```ts\n(import [\s\S]*?)```/.exec(text)![1]!;
  const placed = code.replace(/from "(\..*?|@jax-js\/jax)"/g, (_, path: string) => {
    const url = path.startsWith(".") ? new URL(path, family).href : import.meta.resolve(path);
    return `from ${JSON.stringify(fileURLToPath(url))}`;
  });
  writeFileSync(join(folder, "clipped.ts"), placed);
  const { clippedStraightThrough } = (await import(join(folder, "clipped.ts"))) as {
    clippedStraightThrough: (given?: { c?: number }) => PathEstimator<"bernoulli">;
  };
  const estimator = clippedStraightThrough({ c: 1.5 });
  expect([estimator.unbiased, estimator.exactDegree, estimator.forward]).toEqual([false, 0, "hard"]);
  const weights = [2, 3, 4];
  const slope = grad((a: np.Array) =>
    np.sum(through(bernoulli(a), estimator, random.key(1)).mul(np.array(weights))),
  )(np.array([1.4, 1.6, -0.3]));
  expect(slope.js()).toEqual([2, 0, 4]);
  expect(() => clippedStraightThrough({ c: 0 })).toThrow(/c must be a number from 0.01 to 100/);
});
