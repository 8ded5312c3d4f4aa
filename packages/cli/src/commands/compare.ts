import * as fs from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { checkRun, type RunConfig } from "@hardgrad/experiments";
import type { Command } from "commander";
import {
  addExperiments,
  addTrainingFlags,
  checkpointEveryOf,
  experimentNames,
} from "../ask/configuration.ts";

import { backendOf, deviceChoice, deviceFlags, deviceLine } from "../ask/device.ts";
import { Interrupted, UsageError } from "../ask/errors.ts";
import { estimatorFileName, formatEstimator } from "../ask/estimator.ts";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { experimentOf } from "../ask/own.ts";
import { plannedComparison, refuseAll, refuseForeignFolder, resumedComparison } from "../compare/plan.ts";
import { labelOf, runJobs } from "../compare/pool.ts";
import { report } from "../compare/report.ts";
import { resultsOf } from "../compare/results.ts";
import { tableOf } from "../compare/table.ts";
import { verdict } from "../compare/verdict.ts";
import type { Job } from "../compare/worker.ts";
import { datasetOf } from "../data/progress.ts";
import { createFolder, writeWhole } from "../disk/files.ts";
import { narrator, print, printJson } from "../print/console.ts";
import { progressOf } from "../print/progress.ts";
import { tableText } from "../print/table.ts";
import { computersText, environment, environmentText } from "../run-folder/environment.ts";
import { readEnvironment, readMetrics, readSummary, savedPictures } from "../run-folder/read.ts";
import { hasCheckpoint } from "../run-folder/saved-run.ts";

/** `compare EXPERIMENT`: estimators side by side, each with the same seeds. */
export async function compare(name: string | undefined, flags: Flags): Promise<void> {
  const quiet = flags.quiet === true;
  const narrate = narrator(quiet);
  const choice = deviceChoice(flags);
  const jobs = wholeNumberFlag("--jobs", String(flags.jobs ?? availableParallelism()), 1, 256);
  const checkpointEvery = checkpointEveryOf(flags);
  const resume = flags.resume as string | undefined;
  const { configs, command } =
    resume === undefined ? plannedComparison(name, flags) : resumedComparison(resume, name, flags);
  const [{ experiment: experimentName, data }] = configs as [RunConfig];
  const experiment = experimentOf(experimentName);
  const path = resume ?? (flags.out as string | undefined) ?? defaultPath(experimentName);
  if (resume === undefined && fs.existsSync(path))
    throw new UsageError(
      `${path} exists and runs are never overwritten; choose another --out, or --resume ${path}.`,
    );
  if (resume !== undefined) for (const config of configs) refuseForeignFolder(config, runPath(config, path));
  const dataset = await datasetOf(configs[0]!, quiet); // refuses missing data once, before any run
  refuseAll(configs, (config) => checkRun(experiment, config, dataset));
  if (resume === undefined)
    createFolder(path, { "comparison.json": `${JSON.stringify({ configs, command }, null, 2)}\n` });

  const share = Math.max(1, Math.floor(availableParallelism() / Math.min(jobs, configs.length)));
  const backend = await backendOf({ threads: share, ...choice });
  // What auto is for one run, it is for all.
  const { device, threads = 1 } = backend;
  const all = configs.map((config) => ({ ...jobOf(config, path, checkpointEvery), device, threads }));
  const todo = all.filter((job) => !readSummary(job.path));
  narrate(
    `${all.length} runs, ${todo.length === 0 ? "which have ended" : `${Math.min(jobs, todo.length)} at a time`}, on ${dataset.train.count} training and ${dataset.test.count} test images: ${path}`,
  );
  const widest = Math.max(0, ...todo.map((job) => labelOf(job).length));
  if (todo.length > 0) narrate(deviceLine(backend));
  const progress = progressOf(
    { runs: todo.length, workers: jobs, widest, headline: experiment.headline },
    quiet,
  );
  try {
    await runJobs(todo, jobs, {
      onRows: (job, rows, step, total) => progress.update(labelOf(job), rows, step, total),
      onEnd: (job) => progress.end(labelOf(job)),
      onNotice: (job, sentence) => narrate(`${labelOf(job)}: ${sentence}`),
    });
  } catch (error) {
    progress.stop();
    const goOn = `finished runs are kept and the others saved, continue with: npx hardgrad compare --resume ${path}${deviceFlags(choice)}`;
    if (error instanceof Interrupted) throw new Interrupted(`stopped; ${goOn}`);
    narrate(goOn);
    throw error;
  }
  progress.stop();

  const runs = all.map((job) => ({ config: job.config, summary: readSummary(job.path)! }));
  const results = resultsOf(experiment, runs);
  const sentence = verdict(experiment.headline, results);
  const where = environment(backend);
  const ran = all.map((job) => readEnvironment(job.path)).filter((e) => e !== undefined);
  const computers = [...new Set(ran.map(computersText))];
  const curves = all.map(({ config, path: folder }) => ({ config, rows: readMetrics(folder) }));
  const best = runs.findIndex((r) => formatEstimator(r.config.estimator) === results[0]!.estimator);
  const pictures = savedPictures(all[best]!.path);
  const title = `${experiment.title}: ${results.length} gradient estimators on ${data}`;
  writeWhole(
    join(path, "results.json"),
    `${JSON.stringify({ command, environment: where, computers, verdict: sentence, results }, null, 2)}\n`,
  );
  writeWhole(
    join(path, "report.html"),
    report({
      experiment,
      title,
      command,
      verdict: sentence,
      results,
      curves,
      pictures,
      where: environmentText(where, computers.join(" and ")),
    }),
  );
  if (flags.json)
    return printJson({ path, command, environment: where, computers, verdict: sentence, results });
  const { head, rows } = tableOf(experiment, results);
  print(tableText(head, rows, { left: [0] }));
  const seeds = new Set(configs.map((c) => c.seed)).size;
  const from = seeds > 1 ? `over ${seeds} seeds` : "of the test set as a sample (one seed)";
  print(`± one standard error ${from}; all at the end of each run`);
  print(sentence);
  print(`report: ${join(path, "report.html")}`);
  narrate(
    `try next: npx hardgrad show reinmax | npx hardgrad figure neuron --out neuron.svg | npx hardgrad compare ${experimentName} --seeds 3 --epochs 20`,
  );
}

function runPath(config: RunConfig, folder: string): string {
  return join(folder, `${estimatorFileName(config.estimator)}-seed${config.seed}`);
}

function jobOf(config: RunConfig, folder: string, checkpointEvery: number): Omit<Job, "device" | "threads"> {
  const path = runPath(config, folder);
  const resume = hasCheckpoint(path);
  if (!resume) fs.rmSync(path, { recursive: true, force: true }); // killed before its first checkpoint
  return { config, path, checkpointEvery, resume };
}

function defaultPath(experiment: string): string {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return join("runs", `compare-${basename(experiment)}-${stamp}`);
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("[experiment]", `${experimentNames()}; or a module file of yours`)
    .option("--estimators <specs>", "estimators, separated by commas, such as reinmax,rloo:samples=8")
    .option("--seeds <n>", "runs per estimator (default: 1)")
    .option("--seed <n>", "first seed (default: 0)")
    .option("--jobs <n>", "runs in parallel (default: one per core)")
    .option("--out <folder>", "folder to create")
    .option("--resume <folder>", "continue an interrupted comparison; no other option is needed")
    .action((experiment, flags) => compare(experiment, flags));
  addTrainingFlags(command);
  addExperiments(command, compare);
}
