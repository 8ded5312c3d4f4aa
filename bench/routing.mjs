// Routers of a mixture of experts at the same rate of open experts and for the same number of passes; goes on where it
// was stopped.
//   node bench/routing.mjs [--data mnist --data fashion-mnist] [--seeds 2] [--epochs 2] [--device native] [--json FILE]
//   node bench/routing.mjs --table --json FILE     only times the steps and writes the table of the runs that have ended
import "./sentence.mjs";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { readSummary } from "@hardgrad/cli/internal/run-folder/read";
import { drawnDigits, formOf, gated, resolveSettings, trainingStep, useDevice } from "@hardgrad/experiments";
import { trainRuns } from "./train-runs.mjs";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", multiple: true, default: ["mnist", "fashion-mnist"] },
    seeds: { type: "string", default: "2" },
    epochs: { type: "string", default: "2" },
    device: { type: "string", default: "native" },
    threads: { type: "string", default: "1" },
    out: { type: "string", default: join("runs", "routing") },
    table: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

/** The mixture of 16 experts of 32 units that `train gated --router NAME` takes, and its twin without gates. */
const rows = [
  ...["top-k", "expert-choice", "loss-free", "sparse-mixer", "relu"].map((router) => ({
    name: router,
    settings: { router },
  })),
  { name: "dense", settings: { network: "dense", units: 512, learningRate: 0.5 } },
];

const runsOf = ({ name, settings }, data) => {
  const suited = gated.recommended("straight-through", data, settings);
  return Array.from({ length: Number(flags.seeds) }, (_, seed) => ({
    name,
    path: join(flags.out, `${name}-${data}-${flags.epochs}-seed${seed}`),
    config: {
      experiment: "gated",
      estimator: { id: "straight-through", options: suited.options },
      data,
      seed,
      settings: resolveSettings(
        gated.options,
        { ...suited.settings, ...settings, epochs: Number(flags.epochs) },
        formOf({ data }),
      ),
    },
  }));
};

mkdirSync(flags.out, { recursive: true });
if (!flags.table) {
  const runs = flags.data.flatMap((data) => rows.flatMap((row) => runsOf(row, data)));
  await trainRuns(
    runs.sort((a, b) => a.config.seed - b.config.seed),
    { jobs: 1, device: flags.device, threads: Number(flags.threads), checkpointEvery: 1000 },
  );
}

/** Processor time of a step in milliseconds: the least of some rounds, in turn, since other work only slows a round down. */
async function stepTimes(backend) {
  const dataset = drawnDigits({ train: 2000, test: 100 });
  const steps = [];
  for (const row of rows) {
    const [{ config }] = runsOf(row, "drawn");
    const { initial, step, inputs } = await trainingStep(gated, { ...config, data: "drawn" }, dataset);
    const [resident, compiled] = [backend.put(initial), backend.update(step)];
    let at = 0;
    const run = async (count) => {
      for (let i = 0; i < count; i++) await compiled(resident, inputs(at++ % 20));
    };
    await run(10);
    steps.push({ name: row.name, run, least: Number.POSITIVE_INFINITY });
  }
  for (let round = 0; round < 7; round++)
    for (const one of steps) {
      const before = process.cpuUsage();
      await one.run(20);
      const { user, system } = process.cpuUsage(before);
      one.least = Math.min(one.least, (user + system) / 1000 / 20);
    }
  return Object.fromEntries(steps.map(({ name, least }) => [name, least]));
}
const backend = await useDevice(flags.device, { threads: Number(flags.threads) });
const times = await stepTimes(backend);

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const summary = (values) =>
  values.length === 0
    ? null
    : {
        mean: mean(values),
        standardError:
          values.length < 2
            ? null
            : Math.sqrt(
                values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1) / values.length,
              ),
      };
const results = flags.data.flatMap((data) =>
  rows.flatMap((row) => {
    const runs = runsOf(row, data);
    const ended = runs.map((run) => readSummary(run.path)).filter(Boolean);
    if (ended.length === 0) return [];
    const of = (tag, map = (v) => v) =>
      summary(
        ended
          .map((s) => s.metrics[tag])
          .filter((v) => v !== undefined)
          .map(map),
      );
    return [
      {
        router: row.name,
        data,
        settings: runs[0].config.settings,
        seeds: ended.length,
        testError: of("accuracy/test", (a) => 1 - a),
        validationError: of("accuracy/validation", (a) => 1 - a),
        trainingLoss: of("loss/epoch"),
        rate: of("gate/rate"),
        dead: of("gate/dead"),
        maxViolation: of("gate/max-violation"),
        processorMsPerStep: times[row.name],
      },
    ];
  }),
);

const text = (value, factor, digits) => {
  if (!value) return "—";
  const error = value.standardError === null ? "" : ` ± ${(factor * value.standardError).toFixed(digits)}`;
  return (factor * value.mean).toFixed(digits) + error;
};
console.log("| router | test error, % | open, % | busiest / mean - 1 | ms per step | seeds |");
for (const data of flags.data) {
  console.log(`${data}\n|---|---|---|---|---|---|`);
  for (const r of results.filter((result) => result.data === data))
    console.log(
      `| ${r.router} | ${text(r.testError, 100, 2)} | ${text(r.rate, 100, 1)} | ${text(r.maxViolation, 1, 2)} | ${r.processorMsPerStep.toFixed(1)} | ${r.seeds} |`,
    );
}
if (flags.json)
  writeWhole(
    flags.json,
    `${JSON.stringify({ seeds: Number(flags.seeds), epochs: Number(flags.epochs), environment: environment(backend), results }, null, 2)}\n`,
  );
