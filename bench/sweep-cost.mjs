// What the runs of sweep files cost on this machine: processor time of a step on one thread, from a few steps of each.
//   node bench/sweep-cost.mjs docs/sweeps/vae-8x16.json ... [--steps 20] [--json FILE]
import "./sentence.mjs";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { planOf } from "@hardgrad/cli/internal/commands/sweep";
import { loadDataset } from "@hardgrad/cli/internal/data/datasets";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { findExperiment, startRun, trainingStep, useDevice } from "@hardgrad/experiments";

const { values: flags, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: "string", default: "20" },
    device: { type: "string", default: "native" },
    json: { type: "string" },
  },
});
const WARM = 3;
const backend = await useDevice(flags.device, { threads: 1 });
const load = (config) =>
  loadDataset(config.data, { dataDir: process.env.HARDGRAD_DATA, ...config.drawn, seed: config.seed });

/** Median milliseconds of processor time of a step, which a busy machine changes little. */
async function processorMs(experiment, config, dataset) {
  const { initial, step, inputs } = await trainingStep(experiment, config, dataset);
  const resident = backend.put(initial);
  const run = backend.update(step);
  const times = [];
  for (let i = 0; i < WARM + Number(flags.steps); i++) {
    const given = inputs(i);
    const since = process.cpuUsage();
    await run(resident, given);
    const { user, system } = process.cpuUsage(since);
    if (i >= WARM) times.push((user + system) / 1000);
  }
  resident.dispose();
  return times.sort((a, b) => a - b)[times.length >> 1];
}

/** Of the measurements that the file has, those of other sweeps stay. */
const before = flags.json && existsSync(flags.json) ? JSON.parse(readFileSync(flags.json, "utf8")).costs : [];
const names = files.map((file) => basename(file, ".json"));
const costs = before.filter(({ sweep }) => !names.includes(sweep));
for (const [i, file] of files.entries()) {
  const { runs } = await planOf(file);
  const groups = new Map();
  for (const run of runs) groups.set(run.group, [...(groups.get(run.group) ?? []), run]);
  for (const [group, [{ config }, ...others]] of groups) {
    const experiment = findExperiment(config.experiment);
    const dataset = await load(config);
    const ms = await processorMs(experiment, config, dataset);
    const run = await startRun(experiment, config, dataset, backend);
    const { totalSteps } = run;
    run.dispose();
    const hours = (ms * totalSteps) / 3.6e6;
    costs.push({
      sweep: names[i],
      group,
      seeds: 1 + others.length,
      steps: totalSteps,
      processorMs: ms,
      hoursPerRun: hours,
    });
    console.log(
      `| ${names[i]} | ${group} | ${ms.toFixed(1)} | ${totalSteps} | ${hours.toFixed(2)} | ${1 + others.length} |`,
    );
  }
}
if (flags.json) {
  const rounded = (_, value) => (typeof value === "number" ? Number(value.toPrecision(4)) : value);
  const command = "node bench/sweep-cost.mjs docs/sweeps/*.json --json FILE";
  writeWhole(
    flags.json,
    `${JSON.stringify({ command, environment: environment(backend), costs: costs.sort((a, b) => (a.sweep < b.sweep ? -1 : 1)) }, rounded, 1)}\n`,
  );
}
