// The table of quantizers: one autoencoder, one budget, the latents coded in every way; goes on where it was stopped.
//   node bench/quantizers.mjs [--seeds 3] [--device native] [--threads 1] [--json FILE]
//   node bench/quantizers.mjs --table --json FILE     only writes the table of the runs that have ended
import "./sentence.mjs";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { readSummary } from "@hardgrad/cli/internal/run-folder/read";
import { formOf, resolveSettings, vae } from "@hardgrad/experiments";
import { latentsTable, rotationTable } from "./quantizer-tables.mjs";
import { trainRuns } from "./train-runs.mjs";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    data: { type: "string", default: "mnist,fashion-mnist" },
    device: { type: "string", default: "native" },
    threads: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    out: { type: "string", default: join("runs", "quantizers") },
    table: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

/** The same for all: one hidden layer on each side, 16 codes an image, 600 steps. */
const budget = { hidden: "256", variables: 16, initial: "glorot", learningRate: 1e-3, epochs: 1, batch: 100 };
const vq = (method, others) => ({ latents: "vq", method, codes: 256, dimensions: 8, ...others });
const average = { codebookUpdate: "moving-average" };
const small = { codebookScale: 0.05 };
const kept = { deadBelow: 0 };

/**
 * Names and settings. "average": the codebook is a moving average; "kept": dead codes are not replaced; "small": codewords
 * begin near 0, as those of vector-quantize-pytorch do.
 */
const rows = {
  "straight-through": vq("straight-through"),
  rotation: vq("rotation"),
  "straight-through, small, kept": vq("straight-through", { ...small, ...kept }),
  "rotation, small, kept": vq("rotation", { ...small, ...kept }),
  "straight-through, small": vq("straight-through", small),
  "rotation, small": vq("rotation", small),
  "straight-through, average, small, kept": vq("straight-through", { ...average, ...small, ...kept }),
  "rotation, average, small, kept": vq("rotation", { ...average, ...small, ...kept }),
  "straight-through, average": vq("straight-through", average),
  "rotation, average": vq("rotation", average),
  fsq: { latents: "fsq", levels: "8-6-5" },
  lfq: { latents: "lfq", bits: 8 },
  diveq: vq("diveq"),
  simvq: vq("simvq"),
  "straight-through, kept": vq("straight-through", kept),
  "rotation, kept": vq("rotation", kept),
};

const runs = Object.entries(rows)
  .flatMap(([name, settings]) =>
    flags.data.split(",").flatMap((data) =>
      Array.from({ length: Number(flags.seeds) }, (_, seed) => ({
        name,
        path: join(flags.out, `${name.replace(/[^a-z0-9]+/g, "-")}-${data}-seed${seed}`),
        config: {
          experiment: "vae",
          estimator: { id: "straight-through", options: {} },
          data,
          seed,
          settings: resolveSettings(vae.options, { ...budget, ...settings }, formOf({ data })),
        },
      })),
    ),
  )
  .sort((a, b) => a.config.seed - b.config.seed);

mkdirSync(flags.out, { recursive: true });
if (!flags.table)
  await trainRuns(runs, {
    jobs: Number(flags.jobs),
    device: flags.device,
    threads: Number(flags.threads),
    checkpointEvery: 1000,
  });

const tags = {
  reconstruction: "reconstruction/test",
  error: "error/test",
  perplexity: "codes/perplexity",
  used: "codes/used",
};
const done = runs.flatMap(({ name, path, config: { data, seed } }) => {
  const summary = readSummary(path);
  if (!summary) return [];
  const values = Object.fromEntries(Object.entries(tags).map(([n, tag]) => [n, summary.metrics[tag]]));
  return [{ name, data, seed, ...values, msPerStep: summary.msPerStep, path }];
});
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const standardError = (values) =>
  values.length < 2
    ? null
    : Math.sqrt(
        values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1) / values.length,
      );

/** Means over seeds. */
const table = Object.keys(rows).flatMap((name) =>
  flags.data.split(",").flatMap((data) => {
    const own = done.filter((run) => run.name === name && run.data === data);
    if (own.length === 0) return [];
    const of = (tag) => own.map((run) => run[tag]);
    return [
      {
        name,
        data,
        seeds: own.length,
        ...Object.fromEntries(
          Object.keys(tags).flatMap((tag) => [
            [tag, mean(of(tag))],
            [`${tag}Error`, standardError(of(tag))],
          ]),
        ),
      },
    ];
  }),
);

/** Rotation less straight-through, seed by seed, in each setting. */
const settings = ["", ", average", ", kept", ", small", ", small, kept", ", average, small, kept"];
const rotation = settings.flatMap((setting) =>
  flags.data.split(",").flatMap((data) => {
    const of = (name) => done.filter((run) => run.name === name + setting && run.data === data);
    const pairs = of("rotation").flatMap((a) =>
      of("straight-through")
        .filter((b) => b.seed === a.seed)
        .map((b) => [a, b]),
    );
    if (pairs.length === 0) return [];
    const gap = (tag) => pairs.map(([a, b]) => a[tag] - b[tag]);
    return [
      {
        setting: setting.slice(2),
        data,
        seeds: pairs.length,
        reconstruction: mean(gap("reconstruction")),
        reconstructionError: standardError(gap("reconstruction")),
        perplexity: mean(gap("perplexity")),
        perplexityError: standardError(gap("perplexity")),
        used: mean(gap("used")),
        usedError: standardError(gap("used")),
      },
    ];
  }),
);

const rounded = (_, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
if (flags.json && done.length > 0) {
  const environment = JSON.parse(readFileSync(join(done[0].path, "environment.json"), "utf8"));
  const command = `node bench/quantizers.mjs --seeds ${flags.seeds} --json ${flags.json}`;
  const runsWritten = done.map(({ path, ...run }) => run);
  writeWhole(
    flags.json,
    `${JSON.stringify({ command, environment, budget, rows, table, rotation, runs: runsWritten }, rounded, 1)}\n`,
  );
}
console.log(`${latentsTable({ table })}\n\n${rotationTable({ table, rotation })}`);
