import * as fs from "node:fs";
import { basename, join } from "node:path";
import {
  type Checkpoint,
  type Dataset,
  type Experiment,
  extended,
  type Metric,
  type RunConfig,
  type Summary,
} from "@hardgrad/experiments";
import type { Command } from "commander";
import {
  addExperiments,
  addTrainingFlags,
  checkpointEveryOf,
  defaultEstimators,
  experimentNames,
  refuseImpossible,
  resolveRun,
  seedOf,
} from "../ask/configuration.ts";
import { backendOf, deviceChoice, deviceFlags, deviceLine } from "../ask/device.ts";
import { UsageError } from "../ask/errors.ts";
import { estimatorFileName, formatEstimator } from "../ask/estimator.ts";
import { type Flags, optionValue } from "../ask/flags.ts";
import { experimentOf } from "../ask/own.ts";
import { refuseContradictions } from "../ask/resume.ts";
import { specsOf } from "../ask/spec-text.ts";
import { datasetOf } from "../data/progress.ts";
import { narrator, print, printJson, short } from "../print/console.ts";
import { formatMetric } from "../print/metric.ts";
import { type Progress, progressOf } from "../print/progress.ts";
import { commandOf } from "../run-folder/model-card.ts";
import { readEnvironment, readSummary } from "../run-folder/read.ts";
import { hasCheckpoint, type SavedRun, savedRun } from "../run-folder/saved-run.ts";
import { trainRun } from "../train-run.ts";

/** What `train` is to do: begin a run, or go on with one. */
interface Task {
  readonly experiment: Experiment;
  readonly config: RunConfig;
  readonly path: string;
  /** Where it goes on. */
  readonly saved?: SavedRun;
  /** For how many epochs in all, if for more than it was begun for. */
  readonly epochs?: number;
}

/** `train EXPERIMENT`: one run, resumable. */
export async function train(name: string | undefined, flags: Flags): Promise<void> {
  const quiet = flags.quiet === true;
  const narrate = narrator(quiet);
  const checkpointEvery = checkpointEveryOf(flags);
  const choice = deviceChoice(flags);
  const resume = flags.resume as string | undefined;
  const task = resume === undefined ? begun(name, flags) : resumed(resume, name, flags);
  const { experiment, path, saved, epochs } = task;
  const summary = saved && readSummary(path);
  if (summary && epochs === undefined) {
    narrate(
      `${path} has ended already, at step ${summary.steps}; a larger --epochs than ${task.config.settings.epochs} trains it further.`,
    );
    if (flags.json) printJson({ path, summary });
    return;
  }
  const backend = await backendOf(choice, narrate);
  const dataset = await datasetOf(task.config, quiet);
  const from =
    saved && epochs !== undefined
      ? extending(experiment, saved.checkpoint, epochs, dataset)
      : saved?.checkpoint;
  const config = from?.config ?? task.config;
  narrate(deviceLine(backend));
  let progress: Progress | undefined;
  let stopped = false;
  const stop = (): void => {
    if (stopped) leave(path, progress);
    stopped = true;
    narrate("stopping after the next report, and saving; once more stops at once");
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    const { headline } = experiment;
    const estimator = formatEstimator(config.estimator);
    const summary = await trainRun({
      experiment,
      config,
      dataset,
      path,
      backend,
      again: deviceFlags(choice),
      checkpointEvery,
      ...(from ? { from } : {}),
      longer: epochs !== undefined,
      notice: narrate,
      onRows: (rows, step, total) => {
        if (!progress)
          narrate(
            `training ${experiment.name} with ${estimator} on ${config.data}, seed ${config.seed}: ${path}`,
          );
        progress ??= progressOf({ runs: 1, workers: 1, widest: estimator.length, headline }, quiet);
        progress.update(estimator, rows, step, total);
        if (step === total) progress.end(estimator);
      },
      stopped: () => stopped,
    });
    progress?.stop();
    if (flags.json)
      printJson({ path, summary, command: commandOf(config), environment: readEnvironment(path) });
    else printSummary(experiment, summary, path);
    for (const note of summary.notes ?? []) narrate(note);
    if (experiment.draw) narrate(`see what it draws: npx hardgrad draw ${path}`);
  } finally {
    progress?.stop();
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function printSummary({ headline, metrics }: Experiment, summary: Summary, path: string): void {
  print(resultOf(headline, summary));
  for (const metric of metrics) if (metric.tag in summary.metrics) print(lineOf(metric, summary));
  print(path);
}

/** `test accuracy 97.32 % (best 97.48 % at epoch 9), 1.2 ms per step`. */
function resultOf({ tag, title, unit }: Metric, { metrics, bests, msPerStep }: Summary): string {
  const value = formatMetric(unit, metrics[tag] ?? Number.NaN);
  const best = bests[tag];
  const bestText = best ? ` (best ${formatMetric(unit, best.value)} at epoch ${best.epoch})` : "";
  return `${title} ${value}${bestText}, ${short(msPerStep)} ms per step`;
}

/** `backward transfer 0.00 %`. */
function lineOf({ tag, title, unit }: Metric, { metrics }: Summary): string {
  return `${title} ${formatMetric(unit, metrics[tag] ?? Number.NaN)}`;
}

/** A new run; refused before any work if it can't be. */
function begun(name: string | undefined, flags: Flags): Task {
  if (name === undefined)
    throw new UsageError(
      "train needs an experiment, such as: hardgrad train classifier --estimator reinmax.",
    );
  if (specsOf(String(flags.estimator ?? "")).length > 1)
    throw new UsageError(
      `train takes one estimator, not ${JSON.stringify(flags.estimator)}; several are trained by: hardgrad compare ${name} --estimators ${flags.estimator}.`,
    );
  const experiment = experimentOf(name);
  const config = resolveRun(experiment, flags.estimator as string | undefined, seedOf(flags), flags);
  refuseImpossible(experiment, config);
  const path = (flags.out as string | undefined) ?? defaultPath(config);
  if (fs.existsSync(path))
    throw new UsageError(
      `${path} exists and runs are never overwritten; choose another --out, or --resume ${path}.`,
    );
  return { experiment, config, path };
}

/** A run that goes on; with `epochs` if it is to be trained for more than it was begun with. */
function resumed(path: string, name: string | undefined, flags: Flags): Task {
  const saved = savedRun(path, "cannot resume from", "start again without --resume, or use an older copy");
  const { experiment, checkpoint } = saved;
  const { config } = checkpoint;
  const spec = experiment.options.epochs!;
  const asked = typeof flags.epochs === "string" ? optionValue("--epochs", spec, flags.epochs) : undefined;
  const more = typeof asked === "number" && asked > (config.settings.epochs as number);
  refuseContradictions({ path, configs: [config], what: "run" }, name, flags, more ? ["epochs"] : []);
  return { experiment, config, path, saved, ...(more ? { epochs: asked } : {}) };
}

/** A checkpoint of a run with more epochs, if what is trained is the beginning of such a run. */
function extending(
  experiment: Experiment,
  checkpoint: Checkpoint,
  epochs: number,
  dataset: Dataset,
): Checkpoint {
  try {
    return extended(experiment, checkpoint, epochs, dataset);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/** The second Ctrl-C: what is saved stays as it is. */
function leave(path: string, progress: Progress | undefined): never {
  progress?.stop();
  process.stderr.write(
    hasCheckpoint(path)
      ? `stopped at once, without saving; go on from the last checkpoint with: npx hardgrad train --resume ${path}\n`
      : "stopped at once; nothing was saved.\n",
  );
  process.exit(130);
}

function defaultPath(config: RunConfig): string {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return join(
    "runs",
    `${basename(config.experiment)}-${estimatorFileName(config.estimator)}-${basename(config.data)}-seed${config.seed}-${stamp}`,
  );
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("[experiment]", `${experimentNames()}; or a module file of yours`)
    .option(
      "--estimator <spec>",
      `id, or id:option=value, such as rloo:samples=8 (default: ${defaultEstimators()})`,
    )
    .option("--seed <n>", "random seed (default: 0)")
    .option("--out <folder>", "run folder to create")
    .option(
      "--resume <folder>",
      "continue a run from its last checkpoint, with its settings; a larger --epochs trains it further",
    )
    .action((experiment, flags) => train(experiment, flags));
  addTrainingFlags(command);
  addExperiments(command, train);
}
