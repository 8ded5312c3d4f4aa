// Whether a mutant is noticed.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stagesOf } from "./targets.mjs";
import { runTests } from "./workspace.mjs";

/** Seconds that tests take when they pass; NaN where they don't pass without a mutant either. */
const usual = new Map();

/** Whether tests pass without a mutant, tried once. */
async function pass(copy, tests, limit) {
  const key = JSON.stringify(tests);
  if (!usual.has(key)) {
    const { outcome, seconds, output } = await runTests(copy, tests, limit);
    usual.set(key, outcome === "passed" ? seconds : Number.NaN);
    if (outcome !== "passed") console.error(`${outcome} without a mutant: ${key}\n${output.slice(-2000)}`);
  }
  return !Number.isNaN(usual.get(key));
}

/** Of a stage, the one test that failed, if it is known: `file > group > title`. */
function named(stage, test) {
  const file = stage.files.find((f) => test?.startsWith(f));
  if (!file) return stage;
  const titles = test.split(" > ").slice(1);
  const title = titles.map((t) => t.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(" (?:> )?");
  return { files: [file], ...(title && { title }) };
}

/**
 * Runs the stages of a mutant's file in a copy until one notices it. Only what fails with the mutant is tried without it:
 * the test that failed, or all of a stage that took too long.
 *
 * @param near only the closest tests.
 * @param limit seconds for a stage of which nothing is known yet.
 * @returns `killed`, `survived`, or `undecided` where tests that failed or were too slow are so without the mutant too.
 */
export async function verdictOf(copy, m, { near, limit }) {
  const path = join(copy, m.file);
  const source = readFileSync(path, "utf8");
  const mutated = source.slice(0, m.start) + m.replacement + source.slice(m.end);
  const doubtful = [];
  for (const { near: close, ...stage } of stagesOf(copy, m.file)) {
    if (near && !close) continue;
    const key = JSON.stringify(stage);
    const known = usual.get(key);
    writeFileSync(path, mutated);
    const { outcome, seconds, test } = await runTests(
      copy,
      stage,
      known > 0 ? 30 + 6 * known : limit,
    ).finally(() => writeFileSync(path, source));
    if (outcome === "passed" || outcome === "empty") {
      usual.set(key, Math.max(known || 0, seconds));
      continue;
    }
    const tests = named(stage, test);
    if (await pass(copy, tests, limit)) return { status: "killed", by: outcome, test, stage: tests };
    doubtful.push(tests);
  }
  return doubtful.length > 0 ? { status: "undecided", doubtful } : { status: "survived" };
}
