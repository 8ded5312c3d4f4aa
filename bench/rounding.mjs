// Networks of 2, 3 and 4 bits on MNIST: fixed levels (DoReFa), learned steps (LSQ), StableQAT's surrogate with its slope as it
// is and divided by its mean; and the float network. Test accuracy at the end, all training images, nothing tuned per row.
//   node bench/rounding.mjs [--seeds 3] [--epochs 2] [--hidden 128] [--data mnist] [--device wasm] [--json FILE]
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
    device: { type: "string", default: "wasm" },
    json: { type: "string" },
  },
});

const roundings = ["dorefa", "lsq", "stable-qat", "stable-qat-normalized"];
const rows = [
  ...[2, 3, 4].flatMap((bits) => roundings.map((rounding) => ({ form: "rounded", bits, rounding }))),
  { form: "float" },
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
const results = [];
for (const row of rows) {
  const accuracies = [];
  for (let seed = 0; seed < Number(flags.seeds); seed++) {
    const run = await startRun(binary, configOf(row, seed), dataset, backend);
    while (run.step < run.totalSteps) await run.advance();
    accuracies.push(run.summary().metrics["accuracy/test"]);
    run.dispose();
  }
  const n = accuracies.length;
  const mean = accuracies.reduce((a, b) => a + b, 0) / n;
  const squares = accuracies.reduce((sum, a) => sum + (a - mean) ** 2, 0);
  const standardError = n > 1 ? Math.sqrt(squares / (n - 1) / n) : null;
  results.push({ ...row, seeds: accuracies.map((_, seed) => seed), accuracies, mean, standardError });
  const shown = standardError === null ? "" : ` ± ${(100 * standardError).toFixed(2)}`;
  console.log(`${row.rounding ?? "float"} ${row.bits ?? ""}: ${(100 * mean).toFixed(2)}${shown} %`);
  if (flags.json) save();
}

/** After every row, so that a table that was stopped has those that ended. */
function save() {
  const command = `node bench/rounding.mjs --seeds ${flags.seeds} --epochs ${flags.epochs} --hidden ${flags.hidden} --data ${flags.data} --device ${flags.device}`;
  writeWhole(
    flags.json,
    `${JSON.stringify({ command, environment: environment(backend), results }, undefined, 1)}\n`,
  );
}
