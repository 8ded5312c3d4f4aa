// Whether a mutant is noticed.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stagesOf } from "./targets.mjs";
import { runTests } from "./workspace.mjs";

/** Seconds that a stage takes when it passes; NaN where it doesn't without a mutant either. */
const usual = new Map();

/**
 * Runs the stages of a mutant's file in a copy until one notices it.
 *
 * @param near only the closest tests.
 * @param limit seconds for a stage of which nothing is known yet.
 * @returns `killed`, with the `test` that failed (`file > group > title`), of which `failingAnyway` has yet to say that it
 *   passes without the mutant; `survived`; or `undecided` where a stage is too slow without the mutant too.
 */
export async function verdictOf(copy, m, { near, limit }) {
  const path = join(copy, m.file);
  const source = readFileSync(path, "utf8");
  const mutated = source.slice(0, m.start) + m.replacement + source.slice(m.end);
  const slow = [];
  for (const { near: close, ...stage } of stagesOf(copy, m.file)) {
    if (near && !close) continue;
    const key = JSON.stringify(stage);
    const known = usual.get(key);
    writeFileSync(path, mutated);
    const { outcome, seconds, failed } = await runTests(
      copy,
      stage,
      known > 0 ? 30 + 6 * known : limit,
    ).finally(() => writeFileSync(path, source));
    if (outcome === "passed" || outcome === "empty") usual.set(key, Math.max(known || 0, seconds));
    else if (failed.length > 0) return { status: "killed", by: outcome, test: failed[0] };
    else if (await passes(copy, stage, limit)) return { status: "killed", by: outcome, stage };
    else slow.push(stage);
  }
  return slow.length > 0 ? { status: "undecided", slow } : { status: "survived" };
}

/** Whether a whole stage passes without a mutant, tried once. */
async function passes(copy, stage, limit) {
  const key = JSON.stringify(stage);
  if (!usual.has(key)) {
    const { outcome, seconds } = await runTests(copy, stage, limit);
    usual.set(key, outcome === "passed" ? seconds : Number.NaN);
  }
  return !Number.isNaN(usual.get(key));
}

/** Which of the tests fail in a copy without any mutant, or could not be run. */
export async function failingAnyway(copy, tests, limit) {
  const found = new Set();
  for (const file of new Set(tests.map(fileOf))) {
    const own = tests.filter((test) => fileOf(test) === file);
    const { outcome, failed } = await runTests(
      copy,
      { files: [file], title: own.map(titleOf).join("|") },
      limit,
      0,
    );
    if (outcome === "passed") continue;
    for (const test of own) if (outcome === "timeout" || failed.includes(test)) found.add(test);
  }
  return found;
}

const fileOf = (test) => test.split(/ > | \[/)[0];

/** A pattern for the title of a test; for a file that could not be loaded one that no title matches. */
function titleOf(test) {
  const titles = test.split(" > ").slice(1);
  const words = titles.map((t) => t.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return titles.length > 0 ? words.join(" (?:> )?") : "^$";
}
