import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ask } from "../run.ts";

const page = (id: string): string =>
  readFileSync(new URL(`../../../../docs/estimators/${id}.md`, import.meta.url), "utf8");

/** Numbers of a cell: a percentage as a fraction, and as many digits as it has. */
const numbers = (cell: string): number[] =>
  [...cell.matchAll(/-?\d+(\.\d+)?(e[+-]\d+)?( %)?/g)].map(([text]) =>
    text.endsWith(" %") ? Number.parseFloat(text) / 100 : Number(text),
  );

test.each([
  ["disarm", 2],
  ["reinmax", 3],
  ["gumbel-top-k", 1],
])("the commands of the page of %s give its numbers", async (id, count) => {
  const text = page(id);
  const commands = text.split("\n").filter((line) => line.startsWith("npx hardgrad audit"));
  expect(commands.length).toBe(count);
  for (const command of commands) {
    const problem = /--problem (\S+)/.exec(command)![1]!;
    const { code, stdout } = await ask(...command.split(" ").slice(2), "--json", "--quiet");
    expect(code).toBe(0);
    const [row] = JSON.parse(stdout).rows;
    const cells = text
      .split("\n")
      .find((line) => line.startsWith(`| ${problem}:`))!
      .split("|")
      .slice(2, -1);
    const [bias, noise] = numbers(cells[0]!);
    const said = [bias!, noise!, numbers(cells[1]!)[0]!, numbers(cells[2]!)[0]!, numbers(cells[4]!)[0]!];
    const found = [row.relativeBias, row.relativeNoise, row.variance, row.cosine, row.descentPerEvaluation];
    // Three digits are printed.
    for (const [i, value] of found.entries())
      expect(Math.abs(said[i]! - value), `${problem}, number ${i}`).toBeLessThan(0.006 * Math.abs(value));
    expect(cells[0]).toContain(row.verdict);
    expect(Number(cells[3])).toBe(row.evaluations);
  }
});

test("every page that shows an audit quotes its samples", () => {
  for (const id of ["reinmax", "rloo", "fini-3", "simple", "gumbel-top-k"])
    for (const line of page(id)
      .split("\n")
      .filter((l) => l.includes("npx hardgrad audit")))
      expect(line).toMatch(
        new RegExp(`^npx hardgrad audit ${id} --problem \\S+ --samples \\d+ --seed \\d+$`),
      );
});
