import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hardgrad, scratch } from "./run.ts";

const quick = ["--samples", "500", "--warmup", "5", "--quiet"];

describe("audit", () => {
  test("a problem file: table, JSON, CSV and figure", () => {
    const cwd = scratch();
    writeFileSync(
      join(cwd, "mine.mjs"),
      "export default { distribution: 'bernoulli', logits: [0.4, -1], objective: (b, { np }) => np.square(np.sum(b, -1).sub(0.3)) };",
    );
    const shown = hardgrad(["audit", "reinmax,rloo:samples=8", "--problem", "mine.mjs", ...quick], { cwd });
    expect(shown.stdout).toMatch(/rloo:samples=8/);
    const json = JSON.parse(
      hardgrad(["audit", "reinmax,disarm", "--problem", "mine.mjs", "--json", ...quick], { cwd }).stdout,
    );
    expect(json.states).toBe(4);
    expect(json.rows.map((r: { id: string }) => r.id)).toEqual(["reinmax", "disarm"]);
    for (const file of ["a.csv", "a.svg", "a.png"])
      expect(
        hardgrad(["audit", "reinmax,rloo", "--problem", "toy", "--out", file, ...quick], { cwd }).code,
      ).toBe(0);
    expect(readFileSync(join(cwd, "a.csv"), "utf8").split("\n").length).toBe(4);
    const again = hardgrad(["audit", "rloo", "--out", "a.csv", ...quick], { cwd });
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/a.csv exists; add --force/)]);
  });
  test("what does not apply is named with its reason", () => {
    const { code, stdout, stderr } = hardgrad([
      "audit",
      "categorical-disarm,rloo",
      "--problem",
      "toy",
      "--samples",
      "200",
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("rloo");
    expect(stderr).toMatch(/left out categorical-disarm: supports categorical/);
  });
  test("cite prints BibTeX", () => {
    expect(hardgrad(["cite", "reinmax"]).stdout).toMatch(/^@misc\{liu2023/);
    expect(hardgrad(["cite", "reinmx"]).code).toBe(2);
  });
  const files: [string, string, RegExp][] = [
    ["no export", "export const x = 1;", /the default export/],
    [
      "wrong distribution",
      "export default { distribution: 'gauss', logits: [1], objective: () => 1 };",
      /distribution/,
    ],
    [
      "ragged",
      "export default { distribution: 'categorical', logits: [[1, 2], [1]], objective: () => 1 };",
      /different lengths/,
    ],
    ["no k", "export default { distribution: 'subset', logits: [1, 2], objective: () => 1 };", /k, the size/],
    ["NaN", "export default { distribution: 'bernoulli', logits: [NaN], objective: () => 1 };", /logits/],
    ["syntax", "export default {", /can't be loaded/],
    [
      "mean over everything",
      "export default { distribution: 'bernoulli', logits: [1, 2], objective: (b, { np }) => np.mean(b) };",
      /one loss per example/,
    ],
    [
      "too many",
      "export default { distribution: 'bernoulli', logits: Array(30).fill(0), objective: (b, { np }) => np.sum(b, -1) };",
      /2\^20/,
    ],
  ];
  test.each(files)("a bad problem file, %s: one sentence", (name, text, message) => {
    const cwd = scratch();
    writeFileSync(join(cwd, "bad.mjs"), text);
    const { code, stderr } = hardgrad(["audit", "rloo", "--problem", "bad.mjs", "--out", "x.csv"], { cwd });
    expect([name, code !== 0, stderr]).toEqual([name, true, expect.stringMatching(message)]);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect(existsSync(join(cwd, "x.csv"))).toBe(false);
  });
  test("bad flags", () => {
    const table: [string[], RegExp][] = [
      [["--problem", "toyy"], /did you mean toy/],
      [["--problem", "nowhere.mjs"], /no such file/],
      [["--samples", "3"], /--samples must be a whole number from 100/],
      [["rlo"], /did you mean rloo/],
      [[","], /empty/],
      [["rloo", "--device", "tpu"], /device tpu/],
      [["rloo", "--out", "a.txt"], /must end in/],
    ];
    for (const [args, message] of table) {
      const { code, stderr } = hardgrad(["audit", ...args]);
      expect([args, code !== 0, stderr]).toEqual([args, true, expect.stringMatching(message)]);
    }
  });
});
