// Tables of continual learning: methods or estimators over seeds, two at a time, going on where they were stopped.
//   node bench/continual.mjs PRESET [--seeds 2] [--rows "wsn,finetune"] [--device native] [--jobs 2] [--json FILE]
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runJobs } from "../packages/cli/dist/compare/pool.js";
import { environment } from "../packages/cli/dist/run-folder/environment.js";
import { writeWhole } from "../packages/cli/dist/run-folder/files.js";
import { readSummary } from "../packages/cli/dist/run-folder/folder.js";
import { continual } from "../packages/experiments/dist/index.js";
import { presets } from "./continual-presets.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string" },
    rows: { type: "string" },
    device: { type: "string", default: "native" },
    jobs: { type: "string", default: String(availableParallelism()) },
    out: { type: "string" },
    json: { type: "string" },
  },
});

const preset = presets[positionals[0]];
if (!preset) {
  console.error(`give one of: ${Object.keys(presets).join(", ")}`);
  process.exit(2);
}
const out = flags.out ?? join("runs", `continual-${positionals[0]}`);
const seeds = Number(flags.seeds ?? preset.seeds);
const jobs = Number(flags.jobs);
mkdirSync(out, { recursive: true });

const defaults = Object.fromEntries(Object.entries(continual.options).map(([name, o]) => [name, o.default]));
const table = preset.estimators
  ? Object.fromEntries(
      preset.estimators.map((id) => [id, { ...continual.recommended(id).settings, estimator: id }]),
    )
  : preset.rows;
const wanted = flags.rows?.split(",").map((name) => name.trim());
const rows = Object.entries(table).filter(([name]) => !wanted || wanted.includes(name.replace(",", "")));

const runs = rows.flatMap(([name, { estimator = "straight-through", ...settings }]) =>
  Array.from({ length: seeds }, (_, seed) => ({
    name,
    path: join(out, `${name.replace(/[^a-z0-9]+/g, "-")}-seed${seed}`),
    config: {
      experiment: "continual",
      estimator: { id: estimator, options: continual.recommended(estimator).options },
      data: preset.data,
      seed,
      settings: { ...defaults, beside: "none", ...preset.common, ...settings },
    },
  })),
);
const threads = Math.max(1, Math.floor(availableParallelism() / jobs));
const todo = runs
  .filter((run) => !readSummary(run.path))
  .map((run) => {
    const resume = existsSync(join(run.path, "checkpoint.safetensors"));
    if (!resume) rmSync(run.path, { recursive: true, force: true });
    return { ...run, device: flags.device, threads, checkpointEvery: 2000, resume };
  });
await runJobs(todo, jobs, {
  onRows: () => {},
  onEnd: (job) => console.error(`${job.path} ended`),
  onNotice: (job, sentence) => console.error(`${job.path}: ${sentence}`),
});

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const error = (values) =>
  Math.sqrt(values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1) / values.length);
const timesOf = (summaries, start) =>
  summaries.flatMap(({ metrics }) =>
    Object.entries(metrics).flatMap(([tag, value]) => (tag.startsWith(start) ? [value] : [])),
  );
const results = rows.map(([name, settings]) => {
  const summaries = runs.filter((r) => r.name === name).map((r) => readSummary(r.path));
  const of = (tag) => summaries.map((s) => s.metrics[tag]).filter((v) => v !== undefined);
  const summary = (tag) => (of(tag).length ? { mean: mean(of(tag)), standardError: error(of(tag)) } : null);
  return {
    name,
    settings: { ...preset.common, ...settings },
    seeds,
    accuracy: summary("accuracy/average"),
    validation: summary("accuracy/validation"),
    backwardTransfer: summary("transfer/backward"),
    capacity: summary("capacity/used"),
    inferredTask: summary("accuracy/inferred-task"),
    certificates: mean(of("certificates/held")),
    tasks: mean(of("certificates/issued")),
    // Milliseconds per image: with a task's own units only, and of the whole network; means over tasks and seeds.
    timePerImage: {
      own: mean(timesOf(summaries, "time/task-")),
      whole: mean(timesOf(summaries, "time/whole-")),
    },
    secondsPerRun: mean(summaries.map((s) => (s.msPerStep * s.steps) / 1000)),
  };
});
const percent = (value, digits = 2) =>
  value ? `${(100 * value.mean).toFixed(digits)} ± ${(100 * value.standardError).toFixed(digits)}` : "—";
const micro = (ms) => (Number.isFinite(ms) ? (1000 * ms).toFixed(1) : "—");
console.log(
  "| | accuracy, % | backward transfer, points | closed weights, % | certificates | us per image, own units | whole | s per run |",
);
console.log("|---|---|---|---|---|---|---|---|");
for (const r of results)
  console.log(
    `| ${r.name} | ${percent(r.accuracy)} | ${percent(r.backwardTransfer)} | ${percent(r.capacity, 1)} | ${r.certificates} of ${r.tasks} | ${micro(r.timePerImage.own)} | ${micro(r.timePerImage.whole)} | ${r.secondsPerRun.toFixed(0)} |`,
  );
if (flags.json)
  writeWhole(
    flags.json,
    `${JSON.stringify({ preset: positionals[0], data: preset.data, environment: environment(flags.device), results }, null, 2)}\n`,
  );
