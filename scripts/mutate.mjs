// Mutation testing: changes the sources at random, one place at a time, and reports the changes that no test notices.
//   npm run mutate -- --seed 1 --count 200 --jobs 2 --files "packages/hardgrad/src/gates/*"
// Results are appended to runs/mutants.jsonl, and what is there is not run again; see CONTRIBUTING.md.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mutantsOf } from "./mutation/operators.mjs";
import { stagesOf, targetsIn } from "./mutation/targets.mjs";
import { copyOf, runTests } from "./mutation/workspace.mjs";

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
  --list        says which would be run`);
  process.exit(0);
}
const whole = (flag, least) => {
  const value = Number(values[flag]);
  if (Number.isInteger(value) && value >= least) return value;
  console.error(`--${flag} must be a whole number from ${least}, not ${values[flag]}.`);
  process.exit(2);
};
const [seed, count, jobs] = [whole("seed", 0), whole("count", 1), whole("jobs", 1)];

/** Equal mutants in files that are equal have equal keys, whatever else changed. */
const sha = (text) => createHash("sha256").update(text).digest("hex").slice(0, 12);
const reasons = JSON.parse(readFileSync(new URL("mutation/equivalent.json", import.meta.url), "utf8"));

function sample() {
  const files = targetsIn(root).filter((file) => !values.files || matchesGlob(file, values.files));
  const all = files.flatMap((file) => {
    const source = readFileSync(join(root, file), "utf8");
    return mutantsOf(file, source).map((m) => {
      const original = source.slice(m.start, m.end);
      const code = source.split("\n")[m.line - 1].trim();
      return {
        key: `${file}:${sha(source)}:${m.start}-${m.end}:${sha(m.replacement)}`,
        file,
        ...m,
        original,
        code,
      };
    });
  });
  const random = generator(seed);
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j], all[i]];
  }
  return { chosen: all.slice(0, count), all: all.length };
}

/** Mulberry32: numbers in [0, 1). */
function generator(from) {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const reasonOf = (m) =>
  reasons.find(
    (e) => e.file === m.file && e.code === m.code && e.to === m.replacement && e.from === m.original,
  )?.reason;

/** Seconds that a stage takes without a mutant; where it fails then, nothing can be told. */
const baselines = new Map();
async function baseline(copy, stage) {
  const key = JSON.stringify(stage);
  if (!baselines.has(key)) {
    const { outcome, seconds, output } = await runTests(copy, stage, 900);
    if (outcome === "failed" || outcome === "timeout")
      throw new Error(`tests fail without a mutant: ${stage.files.join(" ")} ${stage.ids ?? ""}\n${output}`);
    baselines.set(key, outcome === "empty" ? undefined : seconds);
  }
  return baselines.get(key);
}

async function kill(copy, m) {
  const path = join(copy, m.file);
  const source = readFileSync(path, "utf8");
  const stages = stagesOf(copy, m.file);
  for (const stage of values.near ? stages.slice(0, 1) : stages) {
    const usual = await baseline(copy, stage);
    if (usual === undefined) continue;
    writeFileSync(path, source.slice(0, m.start) + m.replacement + source.slice(m.end));
    try {
      const { outcome } = await runTests(copy, stage, 30 + 6 * usual);
      if (outcome === "failed" || outcome === "timeout") return { status: "killed", by: outcome, stage };
    } finally {
      writeFileSync(path, source);
    }
  }
  return { status: "survived" };
}

const { chosen, all } = sample();
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
  return !reasonOf(m) && (!before || (values.again && before.status === "survived"));
});
console.error(`${chosen.length} of ${all} mutants, ${queue.length} to run, ${jobs} at a time`);
let done = 0;
async function work() {
  const copy = copyOf(root);
  process.once("exit", copy.remove);
  try {
    for (let m = queue.shift(); m; m = queue.shift()) {
      const begin = performance.now();
      const verdict = await kill(copy.path, m);
      const { start: _s, end: _e, ...said } = m;
      const result = { ...said, ...verdict, seconds: Math.round((performance.now() - begin) / 100) / 10 };
      appendFileSync(out, `${JSON.stringify(result)}\n`);
      known.set(m.key, result);
      console.error(`${++done} ${verdict.status}, ${result.seconds} s: ${describe(m)}`);
    }
  } finally {
    copy.remove();
  }
}
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
await Promise.all(Array.from({ length: jobs }, work));

const excused = chosen.filter(reasonOf);
const results = chosen.filter((m) => !reasonOf(m)).map((m) => known.get(m.key));
const survived = results.filter((r) => r.status === "survived");
console.log(
  `${results.length - survived.length} of ${results.length} killed, ${survived.length} survived, ` +
    `${excused.length} change nothing that matters (scripts/mutation/equivalent.json)`,
);
for (const m of survived) console.log(`survived  ${describe(m)}`);
process.exit(survived.length > 0 ? 1 : 0);
