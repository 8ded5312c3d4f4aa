// Tables of drawing on request: trains, judges, and goes on where it was stopped.
//   node bench/generator.mjs PRESET [--seeds 1] [--rows "supervised,exact"] [--device native] [--jobs 1] [--threads 1] [--json FILE]
// At equal time: --seconds 60, of processor time on one thread; each row gets the epochs that fit.
// Of runs that exist: --runs "supervised=FOLDER,unsupervised=FOLDER,unsupervised=FOLDER" in place of a preset.
// node bench/generator.mjs steps: the cost of a step that samples against one that sums.
import "./sentence.mjs";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { readSummary } from "@hardgrad/cli/internal/run-folder/read";
import { useDevice } from "@hardgrad/experiments";
import { presets } from "./generator-presets.mjs";
import { configOf, processorTimes, stepCosts } from "./generator-steps.mjs";
import { trainRuns } from "./train-runs.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string" },
    rows: { type: "string" },
    device: { type: "string", default: "native" },
    jobs: { type: "string", default: "1" },
    threads: { type: "string" },
    seconds: { type: "string" },
    out: { type: "string" },
    json: { type: "string" },
    runs: { type: "string" },
    // Leaves out the judge.
    "train-only": { type: "boolean", default: false },
  },
});
const [name] = positionals;
const jobs = Number(flags.jobs);
const threads = Number(flags.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs)));
const where = environment(await useDevice(flags.device, { threads }));

function save(content) {
  if (flags.json)
    writeWhole(
      flags.json,
      `${JSON.stringify({ preset: name, environment: where, threads, ...content }, null, 2)}\n`,
    );
}

if (name === "steps") {
  save({ results: await stepCosts(flags.device, threads) });
  process.exit(0);
}
const existing = flags.runs?.split(",").map((part) => {
  const [row, path] = part.split("=");
  return { name: row, path, config: JSON.parse(readFileSync(join(path, "config.json"), "utf8")) };
});
const preset = presets[name];
if (!preset && !existing) {
  console.error(`give one of: ${Object.keys(presets).join(", ")}, steps; or --runs`);
  process.exit(2);
}
const out = flags.out ?? join("runs", `generator-${name}${flags.seconds ? "-seconds" : ""}`);

/** Rows of the preset with their configurations, for seed 0. */
function rowsOf() {
  const wanted = flags.rows?.split(",").map((row) => row.trim());
  return Object.entries(preset.rows)
    .filter(([row]) => !wanted || wanted.includes(row.replace(",", "")))
    .map(([row, { estimator, ...given }]) => ({ row, config: configOf(estimator, preset.data, given) }));
}
function planned(rows, stepMs) {
  mkdirSync(out, { recursive: true });
  return rows.flatMap(({ row, config }) =>
    Array.from({ length: Number(flags.seeds ?? preset.seeds) }, (_, seed) => {
      const stepsPerEpoch = Math.floor(60_000 / config.settings.batch);
      const fit = Math.floor((1000 * Number(flags.seconds)) / (stepMs.get(row) * stepsPerEpoch));
      const settings = flags.seconds ? { ...config.settings, epochs: Math.max(1, fit) } : config.settings;
      const path = join(out, `${row.replace(/[^a-z0-9]+/g, "-")}-seed${seed}`);
      return { name: row, path, config: { ...config, seed, settings } };
    }),
  );
}
const rows = existing ? existing.map(({ name: row, config }) => ({ row, config })) : rowsOf();
const kept = join(out, "steps.json");
if (!existing && !existsSync(kept)) {
  const configs = rows.map(({ config }) => config);
  const times = await processorTimes(configs, { device: flags.device, threads: 1, rounds: 10 });
  mkdirSync(out, { recursive: true });
  writeWhole(kept, JSON.stringify(rows.map(({ row }, i) => [row, times[i]])));
}
const stepMs = new Map(existing ? [] : JSON.parse(readFileSync(kept, "utf8")));
const runs = existing ?? planned(rows, stepMs);
await trainRuns(runs, { jobs, device: flags.device, threads, checkpointEvery: 500 });

/** What the judge says of a run, asked once. */
async function verdictOf({ path }) {
  const file = join(path, "judge.json");
  if (!existsSync(file)) {
    const command = fileURLToPath(new URL("../packages/cli/bin/hardgrad.js", import.meta.url));
    const args = [command, "judge", path, "--json", "--quiet", "--threads", String(threads)];
    if (preset?.ganTrain === false) args.push("--no-gan-train");
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 28 });
    writeWhole(file, stdout);
    console.error(`${path} judged`);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const verdicts = new Map();
if (!flags["train-only"]) for (const run of runs) verdicts.set(run.path, await verdictOf(run));
const results = [...new Set(runs.map((r) => r.name))].map((row) => {
  const own = runs.filter((r) => r.name === row);
  const summaries = own.map((r) => readSummary(r.path));
  const judged = own.flatMap((r) => verdicts.get(r.path) ?? []);
  const of = (tag) => summaries.map((s) => s.metrics[tag]).filter((v) => v !== undefined);
  return {
    name: row,
    estimator: own[0].config.estimator,
    settings: own[0].config.settings,
    seeds: own.map((r) => r.config.seed),
    loss: of("loss/test"),
    accuracy: of("accuracy/test"),
    accuracyByNames: of("accuracy/test-named"),
    recognised: judged.map((v) => v.recognised),
    worst: judged.map((v) => v.digits.reduce((a, b) => (b.recognised.rate < a.recognised.rate ? b : a))),
    confusion: judged.map((v) => v.digits.map((d) => d.readAs)),
    ganTrain: judged.map((v) => v.ganTrain),
    varianceRatio: judged.map((v) => v.varianceRatio),
    nearest: judged.map((v) => v.nearest),
    msPerPicture: judged.map((v) => v.msPerPicture),
    processorMsPerStep: stepMs.get(row) ?? null,
    epochs: own[0].config.settings.epochs,
    msPerStep: mean(summaries.map((s) => s.msPerStep)),
    secondsPerRun: mean(summaries.map((s) => (s.msPerStep * s.steps) / 1000)),
  };
});
const percent = (values) =>
  values.length ? values.map((v) => (v === null ? "—" : (100 * v).toFixed(1))).join(", ") : "—";
const fixed = (values, digits) => values.map((v) => v.toFixed(digits)).join(", ");
const interval = ({ rate, low, high }) => `${percent([rate])} (${percent([low])}-${percent([high])})`;
const worst = ({ digit, recognised: { rate } }) => `${digit}: ${percent([rate])}`;
const line = (cells) => console.log(`| ${cells.join(" | ")} |`);
for (const columns of [
  {
    mode: (r) => r.name,
    "classified, %": (r) => percent(r.accuracy),
    "recognised, % (95 %)": (r) => r.recognised.map(interval).join(", "),
    "worst digit": (r) => r.worst.map(worst).join(", "),
  },
  {
    mode: (r) => r.name,
    "GAN-train, %": (r) => percent(r.ganTrain),
    "variance ratio": (r) => fixed(r.varianceRatio, 2),
    "test -ELBO": (r) => fixed(r.loss, 1),
  },
  {
    mode: (r) => r.name,
    epochs: (r) => r.epochs,
    "ms per step (processor)": (r) => r.processorMsPerStep?.toFixed(1) ?? "—",
    "ms per step": (r) => r.msPerStep.toFixed(1),
    "s per run": (r) => r.secondsPerRun.toFixed(0),
  },
]) {
  line(Object.keys(columns));
  line(Object.keys(columns).map(() => "---"));
  for (const r of results) line(Object.values(columns).map((cell) => cell(r)));
  console.log("");
}
let frozen = {};
if (verdicts.size > 0) {
  const { judge, count } = [...verdicts.values()][0];
  console.log(`judge: ${(100 * judge.accuracy).toFixed(2)} % on real test images, SHA-256 ${judge.sha256}`);
  console.log(`GAN-train at best (from real images): ${(100 * judge.plainAccuracy).toFixed(2)} %`);
  const { file: _file, ...numbers } = judge;
  frozen = { judge: numbers, count };
}
save({ data: runs[0].config.data, ...frozen, results });
