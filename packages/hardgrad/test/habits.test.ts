import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folders = [
  ...readdirSync(`${root}packages`).map((name) => `packages/${name}/test`),
  "bench/test",
  "test",
];
const files = folders
  .flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
  )
  .filter((file) => file.endsWith(".ts") && !file.endsWith("habits.test.ts"));

/** Assertions that have passed with wrong numbers here. */
const habits: [string, RegExp][] = [
  ["half a unit, or a tenth, is no tolerance", /toBeCloseTo\([^;]*,\s*[01]\)(;|\s*\/\/|$)/],
  [
    "toBeCloseTo takes digits, not a distance",
    /toBeCloseTo\([^;]*,\s*(\d*\.\d+|\d+(\.\d+)?e-?\d+)\)(;|\s*\/\/|$)/,
  ],
  ["what can't be negative always passes", /toBeGreaterThanOrEqual\(0\)/],
  [
    "NaN passes the opposite of a comparison",
    /toBeLessThan\([^;]*\)\.toBe\(false\)|not\.toBe(Less|Greater)Than/,
  ],
  ["a test that is skipped, or the only one that runs", /\b(test|it|describe)\.(skip|only|todo)\(/],
];

test("no test is written so that it can't fail", () => {
  expect(files.length).toBeGreaterThan(150);
  const found = files.flatMap((file) =>
    readFileSync(root + file, "utf8")
      .split("\n")
      .flatMap((line, n) =>
        habits
          .filter(([, habit]) => habit.test(line))
          .map(([why]) => `${file}:${n + 1}: ${why}: ${line.trim()}`),
      ),
  );
  expect(found).toEqual([]);
});

test("sources and pages spell -ize and -ization: one spelling of a term is found by one search", () => {
  const roots = [...readdirSync(`${root}packages`).map((name) => `packages/${name}/src`), "docs"];
  const texts = roots
    .flatMap((folder) =>
      readdirSync(root + folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
    )
    // Titles of papers, the measured records, and what is made from them.
    .filter((file) => /\.(ts|md)$/.test(file) && !/\/(references|results|estimators|blog-post)\b/.test(file));
  expect(texts.length).toBeGreaterThan(400);
  const other =
    /\b(optimi|normali|initiali|quanti|binari|parameteri|marginali|regulari|minimi|maximi)s(e|ing|ation)/i;
  expect(texts.filter((file) => other.test(readFileSync(root + file, "utf8")))).toEqual([]);
});
