// The table of Bengio, Léonard & Courville 2013, and a network built to be fast beside its dense twin; goes on where it
// was stopped.
//   node bench/gated.mjs [--row NAME ...] [--seeds 1] [--data mnist] [--device native] [--threads 1] [--json FILE]
//   node bench/gated.mjs --table --json FILE     only writes the table of the runs that have ended
import "./sentence.mjs";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { readSummary } from "@hardgrad/cli/internal/run-folder/read";
import { formOf, gated, resolveSettings, useDevice } from "@hardgrad/experiments";
import { rows } from "./gated-rows.mjs";
import { trainRuns } from "./train-runs.mjs";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string" },
    row: { type: "string", multiple: true },
    data: { type: "string", default: "mnist" },
    device: { type: "string", default: "native" },
    threads: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    out: { type: "string", default: join("runs", "gated") },
    table: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const chosen = rows
  .filter(({ name }) => !flags.row || flags.row.includes(name))
  .map((row) => ({ ...row, seeds: flags.seeds ? Number(flags.seeds) : row.seeds }));
mkdirSync(flags.out, { recursive: true });

/** The runs of a row: those of the first seed of all rows come before those of the second. */
const runsOf = ({ name, estimator, options = {}, settings = {}, seeds }) => {
  const own = gated.recommended(estimator, flags.data, settings);
  return Array.from({ length: seeds }, (_, seed) => ({
    name,
    path: join(flags.out, `${name.replace(/[^a-z0-9]+/g, "-")}-${flags.data}-seed${seed}`),
    config: {
      experiment: "gated",
      estimator: { id: estimator, options: { ...own.options, ...options } },
      data: flags.data,
      seed,
      settings: resolveSettings(
        gated.options,
        { ...own.settings, ...settings },
        formOf({ data: flags.data }),
      ),
    },
  }));
};
const runs = chosen.flatMap(runsOf).sort((a, b) => a.config.seed - b.config.seed);

if (!flags.table) {
  await trainRuns(runs, {
    jobs: Number(flags.jobs),
    device: flags.device,
    threads: Number(flags.threads),
    checkpointEvery: 1000,
  });
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const spread = (values) =>
  values.length < 2
    ? null
    : Math.sqrt(
        values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1) / values.length,
      );
const results = chosen.flatMap((row) => {
  const all = runsOf(row);
  const ended = all.filter((run) => readSummary(run.path));
  const summaries = ended.map((run) => readSummary(run.path));
  if (summaries.length === 0) return [];
  // What was run, which is not what the row says if that was edited since.
  const config = JSON.parse(readFileSync(join(ended[0].path, "config.json"), "utf8"));
  const of = (tag, map = (v) => v) =>
    summaries
      .map((s) => s.metrics[tag])
      .filter((v) => v !== undefined)
      .map(map);
  const summary = (values) => (values.length ? { mean: mean(values), standardError: spread(values) } : null);
  return {
    name: row.name,
    estimator: config.estimator,
    settings: config.settings,
    seeds: summaries.length,
    planned: row.seeds,
    paper: row.paper ?? null,
    testError: summary(of("accuracy/test", (a) => 1 - a)),
    validationError: summary(of("accuracy/validation", (a) => 1 - a)),
    trainingLoss: summary(of("loss/epoch")),
    rate: summary(of("gate/rate")),
    dead: summary(of("gate/dead")),
    alwaysOn: summary(of("gate/always-on")),
    probability: summary(of("gate/probability")),
    threshold: summary(of("gate/threshold")),
    strength: summary(of("gate/strength")),
    secondsPerRun: summary(summaries.map((s) => (s.msPerStep * s.steps) / 1000)),
  };
});

const percent = (value, digits = 2) => {
  if (!value) return "—";
  const error = value.standardError === null ? "" : ` ± ${(100 * value.standardError).toFixed(digits)}`;
  return (100 * value.mean).toFixed(digits) + error;
};
console.log(
  "| gater | passes | test error, % | paper | validation, % | open gates, % | dead, % | always on, % | mean probability, % | seeds |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|");
for (const r of results)
  console.log(
    `| ${r.name} | ${r.settings.epochs} | ${percent(r.testError)} | ${r.paper ?? "—"} | ${percent(r.validationError)} | ${percent(r.rate)} | ${percent(r.dead, 1)} | ${percent(r.alwaysOn, 1)} | ${percent(r.probability, 1)} | ${r.seeds} of ${r.planned} |`,
  );
if (flags.json)
  writeWhole(
    flags.json,
    `${JSON.stringify({ data: flags.data, environment: environment(await useDevice(flags.device, { threads: Number(flags.threads) })), results }, null, 2)}\n`,
  );
