// Mutation testing: changes the sources at random, one place at a time, and reports the changes that no test notices.
//   npm run mutate -- --seed 1 --count 200 --jobs 2 --files "packages/hardgrad/src/gates/*"
// Results are appended to runs/mutants.jsonl, and what is there is not run again; see CONTRIBUTING.md.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chosenOf, mutantsIn } from "./mutation/sample.mjs";
import { targetsIn } from "./mutation/targets.mjs";
import { failingAnyway, verdictOf } from "./mutation/verdict.mjs";
import { copyOf } from "./mutation/workspace.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "200" },
    jobs: { type: "string", default: "1" },
    files: { type: "string" },
    out: { type: "string", default: "runs/mutants.jsonl" },
    again: { type: "boolean", default: false },
    near: { type: "boolean", default: false },
    limit: { type: "string", default: "900" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(`npm run mutate -- [flags]
  --seed N      which mutants (default 1)
  --count N     how many (default 200)
  --jobs N      at a time (default 1)
  --files GLOB  only of these files
  --out FILE    JSON lines of results (default runs/mutants.jsonl)
  --again       runs those again that survived
  --near        asks the closest tests only, which takes seconds: a survivor may be noticed by others
  --limit S     seconds for tests that have not been run yet (default 900)
  --list        says which would be run`);
  process.exit(0);
}
const whole = (flag, least) => {
  const value = Number(values[flag]);
  if (Number.isInteger(value) && value >= least) return value;
  console.error(`--${flag} must be a whole number from ${least}, not ${values[flag]}.`);
  process.exit(2);
};
const [seed, count, jobs, limit] = [whole("seed", 0), whole("count", 1), whole("jobs", 1), whole("limit", 1)];

const reasons = JSON.parse(readFileSync(new URL("mutation/equivalent.json", import.meta.url), "utf8"));
/** An entry without `from` and `to` is of every mutant of its line. */
const reasonOf = (m) =>
  reasons.find(
    ({ file, code, from = m.original, to = m.replacement }) =>
      file === m.file && code === m.code && to === m.replacement && from === m.original,
  )?.reason;

const files = targetsIn(root).filter((file) => !values.files || matchesGlob(file, values.files));
const all = mutantsIn(root, files);
const chosen = chosenOf(all, seed, count);
const out = join(root, values.out);
mkdirSync(dirname(out), { recursive: true });
const known = new Map();
if (existsSync(out))
  for (const line of readFileSync(out, "utf8").split("\n").filter(Boolean)) {
    const result = JSON.parse(line);
    known.set(result.key, result);
  }
const describe = (m) =>
  `${m.file}:${m.line}  ${m.kind}: ${m.original.replace(/\s+/g, " ")}  ->  ${m.replacement.replace(/\s+/g, " ")}`;
if (values.list) {
  for (const m of chosen) console.log(describe(m));
  process.exit(0);
}
const queue = chosen.filter((m) => {
  const before = known.get(m.key);
  return (
    !reasonOf(m) &&
    (!before || before.status === "undecided" || (values.again && before.status === "survived"))
  );
});
console.error(`${chosen.length} of ${all.length} mutants, ${queue.length} to run, ${jobs} at a time`);
const record = (result) => {
  appendFileSync(out, `${JSON.stringify(result)}\n`);
  known.set(result.key, result);
};
let done = 0;
async function work(copy) {
  for (let m = queue.shift(); m; m = queue.shift()) {
    const begin = performance.now();
    const verdict = await verdictOf(copy, m, { near: values.near, limit });
    const { start: _s, end: _e, ...said } = m;
    const seconds = Math.round((performance.now() - begin) / 100) / 10;
    record({ ...said, ...verdict, seconds });
    console.error(`${++done} ${verdict.status}, ${seconds} s: ${describe(m)}`);
  }
}
const copies = Array.from({ length: jobs }, () => copyOf(root));
process.once("exit", () => {
  for (const { remove } of copies) remove();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
await Promise.all(copies.map(({ path }) => work(path)));

const noticed = chosen.map((m) => known.get(m.key)).filter((r) => r?.status === "killed" && r.test);
const anyway = await failingAnyway(copies[0].path, [...new Set(noticed.map((r) => r.test))], limit);
for (const r of noticed) if (anyway.has(r.test)) record({ ...r, status: "undecided" });

const excused = chosen.filter(reasonOf);
const results = chosen.filter((m) => !reasonOf(m)).map((m) => known.get(m.key));
const by = (status) => results.filter((r) => r.status === status);
const open = [...by("survived"), ...by("undecided")];
console.log(
  `${by("killed").length} of ${results.length} killed, ${by("survived").length} survived, ` +
    `${by("undecided").length} undecided: tests fail or are too slow without a mutant, ` +
    `${excused.length} change nothing that matters (scripts/mutation/equivalent.json)`,
);
for (const m of open) console.log(`${m.status}  ${describe(m)}`);
process.exit(open.length > 0 ? 1 : 0);
