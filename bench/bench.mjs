// Speed, side by side in one process: `npm run bench`, `npm run bench -- --json`. Needs `npm run build`.
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { classifier, drawnDigits, startRun, useDevice } from "../packages/experiments/dist/index.js";

const bin = fileURLToPath(new URL("../packages/cli/bin/hardgrad.js", import.meta.url));
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const backend = await useDevice("wasm");
const data = drawnDigits({ train: 20_000, test: 100 });
const defaults = Object.fromEntries(Object.entries(classifier.options).map(([name, o]) => [name, o.default]));
const start = (id, settings = {}) =>
  startRun(
    {
      experiment: "classifier",
      estimator: { id, options: {} },
      data: "drawn",
      seed: 0,
      settings: {
        ...defaults,
        ...classifier.recommended(id).settings,
        learningRate: 0.02,
        epochs: 1000,
        ...settings,
      },
    },
    data,
    backend,
  );

/** Rounds of 100 steps, one run after the other, so that a noisy machine disturbs all alike. */
const runs = [
  ["tanh", await start("straight-through", { unit: "tanh" })],
  ["straight-through", await start("straight-through")],
  ["reinmax", await start("reinmax")],
  ["gumbel-softmax", await start("gumbel-softmax")],
  ["disarm", await start("disarm")],
  ["rloo", await start("rloo")],
];
const times = new Map(runs.map(([name]) => [name, []]));
for (let round = 0; round < 13; round++)
  for (const [name, run] of runs) {
    const from = performance.now();
    const before = run.step;
    const [row] = await run.advance();
    // The first round compiles, and an epoch's last one evaluates as well.
    if (round > 0 && row.values["accuracy/test"] === undefined)
      times.get(name).push((performance.now() - from) / (run.step - before));
  }
const base = median(times.get("tanh"));
const rows = runs.map(([name]) => {
  const ms = median(times.get(name));
  const toTanh = median(times.get(name).map((t, i) => t / times.get("tanh")[i]));
  return { name, msPerStep: ms, ratioToTanh: toTanh, examplesPerSecond: 1e5 / ms, secondsPer60000: 0.6 * ms };
});
const listTimes = Array.from({ length: 7 }, () => {
  const from = performance.now();
  spawnSync(process.execPath, [bin, "list"]);
  return (performance.now() - from) / 1000;
});
const result = {
  date: new Date().toISOString().slice(0, 10),
  device: `wasm on ${cpus()[0].model.trim()} x ${cpus().length}, Node ${process.version}`,
  network: "784-100-10, batch 100, momentum",
  baselineMs: base,
  rows,
  peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  listSeconds: median(listTimes),
};
if (process.argv.includes("--json")) console.log(JSON.stringify(result, null, 2));
else {
  console.table(
    rows.map((r) => ({
      estimator: r.name,
      "ms/step": r.msPerStep.toFixed(2),
      "x tanh": r.ratioToTanh.toFixed(2),
      "examples/s": Math.round(r.examplesPerSecond),
      "s per 60,000": r.secondsPer60000.toFixed(1),
    })),
  );
  console.log(
    `peak memory ${result.peakMemoryMiB} MiB; hardgrad list ${result.listSeconds.toFixed(2)} s; ${result.device}; ${result.date}`,
  );
}
