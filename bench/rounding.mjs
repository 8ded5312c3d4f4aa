// Networks of 2, 3 and 4 bits on MNIST: fixed levels (DoReFa), learned steps (LSQ), StableQAT's surrogate with its slope as it
// is and divided by its mean; and the float network. Test accuracy at the end, all training images, nothing tuned per row.
//   node bench/rounding.mjs [--seeds 3] [--epochs 2] [--hidden 128] [--data mnist] [--device native] [--json FILE]
import "./sentence.mjs";
import { parseArgs } from "node:util";
import { datasetOf } from "@hardgrad/cli/internal/data/progress";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { binary, formOf, resolveSettings, startRun, useDevice } from "@hardgrad/experiments";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    epochs: { type: "string", default: "2" },
    hidden: { type: "string", default: "128" },
    data: { type: "string", default: "mnist" },
    device: { type: "string", default: "native" },
    json: { type: "string" },
  },
});

const rounded = (rounding) => [2, 3, 4].map((bits) => ({ form: "rounded", bits, rounding }));
const rows = [
  ...["dorefa", "lsq", "stable-qat-normalized"].flatMap(rounded),
  { form: "float" },
  ...rounded("stable-qat"),
];
const common = { epochs: Number(flags.epochs), hidden: Number(flags.hidden) };
const configOf = (row, seed) => ({
  experiment: "binary",
  estimator: { id: "straight-through", options: {} },
  data: flags.data,
  seed,
  settings: resolveSettings(binary.options, { ...common, ...row }, formOf({ data: flags.data })),
});

const backend = await useDevice(flags.device, { threads: 1 });
const dataset = await datasetOf(configOf(rows[0], 0), true);
const accuracies = rows.map(() => []);
for (let seed = 0; seed < Number(flags.seeds); seed++)
  for (const [i, row] of rows.entries()) {
    const run = await startRun(binary, configOf(row, seed), dataset, backend);
    while (run.step < run.totalSteps) await run.advance();
    accuracies[i].push(run.summary().metrics["accuracy/test"]);
    run.dispose();
    console.log(`${row.rounding ?? "float"} ${row.bits ?? ""}, seed ${seed}: ${accuracies[i].at(-1)}`);
    if (flags.json) save();
  }
for (const { rounding = "float", bits = "", mean, standardError } of rows.map(resultOf))
  console.log(`${rounding} ${bits}: ${(100 * mean).toFixed(2)} ± ${(100 * standardError).toFixed(2)} %`);

/** A row with the mean of its seeds, and the standard error of the mean: null with one seed. */
function resultOf(row, i) {
  const all = accuracies[i];
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const squares = all.reduce((sum, a) => sum + (a - mean) ** 2, 0);
  const standardError = all.length > 1 ? Math.sqrt(squares / (all.length - 1) / all.length) : null;
  return { ...row, seeds: all.map((_, seed) => seed), accuracies: all, mean, standardError };
}

/** After every run, so that a table that was stopped has those that ended. */
function save() {
  const command = `node bench/rounding.mjs --seeds ${flags.seeds} --epochs ${flags.epochs} --hidden ${flags.hidden} --data ${flags.data} --device ${flags.device}`;
  writeWhole(
    flags.json,
    `${JSON.stringify({ command, environment: environment(backend), results: rows.map(resultOf) }, undefined, 1)}\n`,
  );
}
