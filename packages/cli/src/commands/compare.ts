import * as fs from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import type { Command } from "commander";
import {
  addExperiments,
  addTrainingFlags,
  checkpointEveryOf,
  experimentNames,
} from "../ask/configuration.ts";
import { deviceChoice, deviceFlags } from "../ask/device.ts";
import { UsageError } from "../ask/errors.ts";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { experimentOf } from "../ask/own.ts";
import { refuseContradictions } from "../ask/resume.ts";
import { narrator } from "../print/console.ts";
import { comparisonOf } from "../sweep/comparison.ts";
import { reopenFailed } from "../sweep/failed.ts";
import { refuseForeignRun } from "../sweep/outcome.ts";
import { placesOf } from "../sweep/places.ts";
import { experimentOfPlan, layOut, type Plan, plannedRuns, readPlan } from "../sweep/plan.ts";
import { refuseByData } from "../sweep/refuse.ts";
import { finish, workHere } from "../sweep/session.ts";
import { version } from "../version.ts";

/** `compare EXPERIMENT`: estimators side by side, each with the same seeds: a sweep that flags describe. */
export async function compare(name: string | undefined, flags: Flags): Promise<void> {
  const quiet = flags.quiet === true;
  const narrate = narrator(quiet);
  const choice = deviceChoice(flags);
  const jobs = wholeNumberFlag("--jobs", String(flags.jobs ?? availableParallelism()), 1, 256);
  const checkpointEvery = checkpointEveryOf(flags);
  const resume = flags.resume as string | undefined;
  const plan =
    resume === undefined ? begun(name, flags, checkpointEvery, jobs) : resumed(resume, name, flags);
  const experimentName = experimentOfPlan(plan);
  const experiment = experimentOf(experimentName);
  const path = resume ?? (flags.out as string | undefined) ?? defaultPath(experimentName);
  if (resume === undefined && fs.existsSync(path))
    throw new UsageError(
      `${path} exists and runs are never overwritten; choose another --out, or --resume ${path}.`,
    );
  const { train, test } = await refuseByData(experiment, plan.runs.map((run) => run.config), quiet); // biome-ignore format: one thought
  if (resume === undefined) layOut(path, plan);
  const again = flags.device === undefined && flags.threads === undefined ? {} : choice;
  await workHere(path, plan, {
    jobs,
    quiet,
    data: `on ${train} training and ${test} test images`,
    choice: {
      device: plan.device,
      ...(plan.threads === undefined ? {} : { threads: plan.threads }),
      ...again,
    },
    anyComputer: true,
    goOn: `continue with: npx hardgrad compare --resume ${path}${deviceFlags(choice)}`,
  });
  finish(path, plan, flags.json === true);
  narrate(
    `try next: npx hardgrad show reinmax | npx hardgrad figure neuron --out neuron.svg | npx hardgrad compare ${experimentName} --seeds 3 --epochs 20`,
  );
}

function begun(name: string | undefined, flags: Flags, checkpointEvery: number, jobs: number): Plan {
  const { asked, command } = comparisonOf(name, flags);
  const { device, threads } = deviceChoice(flags);
  const share = Math.max(1, Math.floor(availableParallelism() / Math.min(jobs, asked.length)));
  return {
    format: "hardgrad-sweep-1",
    hardgrad: version(),
    command,
    device,
    ...(device === "webgpu" ? {} : { threads: threads ?? share }),
    checkpointEvery,
    runs: plannedRuns(asked, "--estimators"),
  };
}

/** A comparison that goes on: what failed is tried again. */
function resumed(path: string, name: string | undefined, flags: Flags): Plan {
  const plan = readPlan(path, "cannot resume from");
  const configs = plan.runs.map((run) => run.config);
  refuseContradictions({ path, configs, what: "comparison" }, name, flags);
  for (const run of plan.runs) {
    const { published } = placesOf(path, run.name);
    if (fs.existsSync(published)) refuseForeignRun(run, published);
  }
  reopenFailed(path, plan, Number.POSITIVE_INFINITY);
  return plan;
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
