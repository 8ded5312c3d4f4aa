// Whether a mutant is noticed.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stagesOf } from "./targets.mjs";
import { runTests } from "./workspace.mjs";

/** Seconds that the tests of a stage take when they pass; NaN where they don't pass without a mutant either. */
const usual = new Map();

/**
 * Runs the stages of a mutant's file in a copy until one notices it. A stage that is not known to pass is tried without the
 * mutant only once it has failed with it: most pass, which says both.
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
  const stages = stagesOf(copy, m.file).filter((stage) => stage.near || !near);
  for (const { near: _, ...stage } of stages) {
    const key = JSON.stringify(stage);
    if (Number.isNaN(usual.get(key))) {
      doubtful.push(stage);
      continue;
    }
    const known = usual.get(key);
    writeFileSync(path, mutated);
    const { outcome, seconds, test } = await runTests(
      copy,
      stage,
      known === undefined ? limit : 30 + 6 * known,
    ).finally(() => writeFileSync(path, source));
    if (outcome === "passed" || outcome === "empty") {
      usual.set(key, Math.max(known ?? 0, seconds));
      continue;
    }
    if (known === undefined) {
      const plain = await runTests(copy, stage, limit);
      usual.set(key, plain.outcome === "passed" ? plain.seconds : Number.NaN);
      if (plain.outcome !== "passed") {
        doubtful.push(stage);
        console.error(
          `${plain.outcome} without a mutant: ${stage.files.join(" ")} ${stage.ids ?? ""}\n${plain.output.slice(-2000)}`,
        );
        continue;
      }
    }
    return { status: "killed", by: outcome, test, stage };
  }
  return doubtful.length > 0 ? { status: "undecided", doubtful } : { status: "survived" };
}
