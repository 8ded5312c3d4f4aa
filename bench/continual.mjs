// Tables of continual learning: methods or estimators over seeds, two at a time, going on where they were stopped.
//   node bench/continual.mjs PRESET [--seeds 2] [--rows "wsn,finetune"] [--device native] [--jobs 2] [--threads 1] [--json FILE]
// At equal time: --seconds 10, of processor time on one thread; each row gets the epochs that fit.
import "./sentence.mjs";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { datasetOf } from "@hardgrad/cli/internal/data/progress";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { readSummary } from "@hardgrad/cli/internal/run-folder/read";
import { savedRun } from "@hardgrad/cli/internal/run-folder/saved-run";
import { continual, formOf, resolveSettings, startRun, timeTasks, useDevice } from "@hardgrad/experiments";
import { presets } from "./continual-presets.mjs";
import { tableText } from "./continual-table.mjs";
import { trainRuns } from "./train-runs.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string" },
    rows: { type: "string" },
    device: { type: "string", default: "native" },
    jobs: { type: "string", default: String(availableParallelism()) },
    threads: { type: "string" },
    seconds: { type: "string" },
    out: { type: "string" },
    json: { type: "string" },
  },
});

const preset = presets[positionals[0]];
if (!preset) {
  console.error(`give one of: ${Object.keys(presets).join(", ")}`);
  process.exit(2);
}
const out = flags.out ?? join("runs", `continual-${positionals[0]}${flags.seconds ? "-seconds" : ""}`);
const seeds = Number(flags.seeds ?? preset.seeds);
const jobs = Number(flags.jobs);
mkdirSync(out, { recursive: true });

const presetRows = preset.estimators
  ? Object.fromEntries(
      preset.estimators.map((id) => [id, { ...continual.recommended(id).settings, estimator: id }]),
    )
  : preset.rows;
const wanted = flags.rows?.split(",").map((name) => name.trim());
const rows = Object.entries(presetRows).filter(([name]) => !wanted || wanted.includes(name.replace(",", "")));

/** By row; with --seconds. */
let epochs = {};
/** Epochs that fit the given seconds, by the least processor time per step of the first 600; kept for when the table goes on. */
async function epochsThatFit() {
  const file = join(out, "epochs.json");
  if (!flags.seconds) return {};
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const backend = await useDevice(flags.device, { threads: 1 });
  const pilots = [];
  for (const [name, row] of rows)
    pilots.push({
      name,
      stepMs: Number.POSITIVE_INFINITY,
      run: await startRun(continual, configOf(name, row, 0), dataset, backend),
    });
  // In turns, so that what else the machine does falls on all of them. The first turn compiles.
  for (let turn = 0; turn < 7; turn++)
    for (const pilot of pilots) {
      const begun = { cpu: process.cpuUsage(), step: pilot.run.step };
      await pilot.run.advance();
      const { user, system } = process.cpuUsage(begun.cpu);
      if (turn > 0)
        pilot.stepMs = Math.min(pilot.stepMs, (user + system) / 1000 / (pilot.run.step - begun.step));
    }
  const fit = {};
  for (const { name, stepMs, run } of pilots) {
    const perEpoch = (stepMs / 1000) * (run.totalSteps / run.config.settings.epochs);
    fit[name] = { stepMs, epochs: Math.max(1, Math.floor(Number(flags.seconds) / perEpoch)) };
    run.dispose();
  }
  writeWhole(file, JSON.stringify(fit));
  return fit;
}

const rowSettings = ({ estimator, ...settings }, name) => ({
  ...preset.common,
  ...settings,
  ...(epochs[name] ? { epochs: epochs[name].epochs } : {}),
});
const configOf = (name, row, seed) => ({
  experiment: "continual",
  estimator: {
    id: row.estimator ?? "straight-through",
    options: continual.recommended(row.estimator ?? "straight-through").options,
  },
  data: preset.data,
  seed,
  settings: resolveSettings(
    continual.options,
    { beside: "none", ...rowSettings(row, name) },
    formOf({ data: preset.data }),
  ),
});
const dataset = await datasetOf(configOf(...rows[0], 0), true);
epochs = await epochsThatFit();
const runs = rows.flatMap(([name, row]) =>
  Array.from({ length: seeds }, (_, seed) => ({
    name,
    path: join(out, `${name.replace(/[^a-z0-9]+/g, "-")}-seed${seed}`),
    config: configOf(name, row, seed),
  })),
);
const threads = Number(flags.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs)));
await trainRuns(runs, { jobs, device: flags.device, threads, checkpointEvery: 2000 });

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const error = (values) =>
  values.length < 2
    ? null
    : Math.sqrt(
        values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1) / values.length,
      );

// Times are taken here, of one run after another: while runs train side by side they would say little.
const backend = await useDevice(flags.device, { threads: 1 });
const times = new Map();
for (const { path } of runs)
  times.set(path, await timeTasks(savedRun(path, "cannot time").checkpoint, dataset, backend));
/** By task: the share of the hidden weights that it reads, and milliseconds per image. Means over seeds. */
function tasksOf(paths) {
  const of = (tag, values) => mean(values.map((v) => v[tag]));
  const active = paths.map((path) => readSummary(path).metrics);
  const timed = paths.map((path) => times.get(path));
  const count = Object.keys(timed[0]).filter((tag) => tag.startsWith("time/task-")).length;
  return Array.from({ length: count }, (_, t) => ({
    active: of(`active/weights-${t + 1}`, active),
    own: of(`time/task-${t + 1}`, timed),
    whole: of(`time/whole-${t + 1}`, timed),
  }));
}

const results = rows.map(([name, row]) => {
  const paths = runs.filter((r) => r.name === name).map((r) => r.path);
  const summaries = paths.map((path) => readSummary(path));
  const byTask = tasksOf(paths);
  const of = (tag) => summaries.map((s) => s.metrics[tag]).filter((v) => v !== undefined);
  const summary = (tag) => (of(tag).length ? { mean: mean(of(tag)), standardError: error(of(tag)) } : null);
  return {
    name,
    settings: rowSettings(row, name),
    seeds,
    accuracy: summary("accuracy/average"),
    validation: summary("accuracy/validation"),
    backwardTransfer: summary("transfer/backward"),
    capacity: summary("capacity/used"),
    inferredTask: summary("accuracy/inferred-task"),
    certificates: mean(of("certificates/held")),
    tasks: mean(of("certificates/issued")),
    // Milliseconds per image, one at a time in the hard runtime: with a task's own units only, and of the whole network.
    timePerImage: byTask.length
      ? { own: mean(byTask.map((t) => t.own)), whole: mean(byTask.map((t) => t.whole)), byTask }
      : null,
    ...(epochs[name] ? { stepMs: epochs[name].stepMs } : {}),
    secondsPerRun: mean(summaries.map((s) => (s.msPerStep * s.steps) / 1000)),
  };
});
const seconds = flags.seconds ? Number(flags.seconds) : null;
const table = {
  preset: positionals[0],
  data: preset.data,
  seconds,
  environment: environment(await useDevice(flags.device, { threads })),
  results,
};
console.log(tableText(table));
if (flags.json) writeWhole(flags.json, `${JSON.stringify(table, null, 2)}\n`);
