import type { AuditRow } from "hardgrad";
import { expect, test } from "vitest";
import { biasedTwice } from "../../src/check/problem.ts";

/** A problem is said to be no function of the sample only where two audits say so, on the same side. */

const row = (verdict: AuditRow["verdict"], ...bias: number[]): AuditRow =>
  ({ id: "rloo", verdict, bias, z: 5 }) as unknown as AuditRow;

test.each([
  ["no bias", [row("no bias found", 0, 0)], [row("biased", 1, 0)], false],
  ["a false alarm", [row("biased", 1, 0)], [row("no bias found", 0.1, 0)], false],
  ["another bias", [row("biased", 1, 0)], [row("biased", -1, 0)], false],
  ["a bias", [row("biased", 1, 0)], [row("biased", 0.9, 0.1)], true],
])("%s", async (_name, first, second, found) => {
  const asked: number[][] = [];
  const biased = await biasedTwice(async (seed, times) => {
    asked.push([seed, times]);
    return asked.length === 1 ? first : second;
  });
  expect(biased !== undefined).toBe(found);
  const both = [[0, 1], [1, 4]]; // biome-ignore format: two audits
  expect(asked).toEqual(first[0]!.verdict === "biased" ? both : both.slice(0, 1));
});
