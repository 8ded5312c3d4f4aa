import { availableParallelism } from "node:os";
import { basename, extname, join } from "node:path";
import { checkRun } from "@hardgrad/experiments";
import type { Command } from "commander";
import { UsageError } from "../ask/errors.ts";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { experimentOf, loadModules } from "../ask/own.ts";
import { narrator, print, printJson } from "../print/console.ts";
import { expand } from "../sweep/expand.ts";
import { reopenFailed } from "../sweep/failed.ts";
import {
  experimentOfPlan,
  layOut,
  type Plan,
  plannedRuns,
  readPlan,
  refuseOtherVersion,
} from "../sweep/plan.ts";
import { refuseAll, refuseByData } from "../sweep/refuse.ts";
import { finish, workHere } from "../sweep/session.ts";
import { withSlurm } from "../sweep/slurm/join.ts";
import { type JobOptions, jobOptions } from "../sweep/slurm/script.ts";
import { dryRun, submit } from "../sweep/slurm/submit.ts";
import { readSpec, type Spec } from "../sweep/spec.ts";
import { countsOf, statusOf, statusText } from "../sweep/status.ts";
import { version } from "../version.ts";

/** `sweep SPEC`: plans the runs of a file and works them off. */
export async function sweep(file: string | undefined, flags: Flags): Promise<void> {
  if (file === undefined)
    throw new UsageError("sweep needs a file, such as: hardgrad sweep sweep.json --out runs/sweep.");
  const quiet = flags.quiet === true;
  const plan = await planOf(file);
  const path = (flags.out as string | undefined) ?? join("runs", basename(file, extname(file)));
  const jobs = jobsOf(flags);
  const slurm = slurmOf(flags);
  const experiment = experimentOf(experimentOfPlan(plan));
  const { train, test } = await refuseByData(experiment, plan.runs.map((run) => run.config), quiet); // biome-ignore format: one thought
  if (slurm && flags.dryRun === true) return print(dryRun(path, plan, slurm));
  const made = layOut(path, plan);
  const narrate = narrator(quiet);
  if (!made) narrate(`${path} has this plan already: joining it`);
  if (slurm) return await toSlurm(path, plan, slurm, flags, undefined);
  if (flags.plan === true)
    return narrate(`${plan.runs.length} runs are planned; work them off with: npx hardgrad work ${path}`);
  await here(path, plan, jobs, quiet, `on ${train} training and ${test} test images`);
  finish(path, plan, flags.json === true);
}

/** The plan that a file describes. */
export async function planOf(file: string): Promise<Plan> {
  const spec = await readSpec(file);
  await loadModules([spec.experiment, ...(spec.estimators ?? [])], dataOf(spec));
  const experiment = experimentOf(spec.experiment);
  const asked = expand(file, spec, experiment);
  refuseAll(asked.map(({ config }) => config), (config) => checkRun(experiment, config)); // biome-ignore format: one thought
  const tags = experiment.metrics.map((m) => m.tag);
  const unknown = spec.report?.metrics?.find((tag) => tag !== experiment.headline.tag && !tags.includes(tag));
  if (unknown !== undefined)
    throw new UsageError(`${file}: report.metrics: ${experiment.name} has no metric ${JSON.stringify(unknown)}; known: ${[experiment.headline.tag, ...tags].join(", ")}.`); // biome-ignore format: one sentence
  const { title, device = "auto", threads, checkpointEvery = 500, report } = spec;
  return {
    format: "hardgrad-sweep-1",
    hardgrad: version(),
    ...(title === undefined ? {} : { title }),
    command: `npx hardgrad sweep ${file}`,
    device,
    ...(device === "webgpu" ? {} : { threads: threads ?? 1 }),
    checkpointEvery,
    ...(report ? { report } : {}),
    runs: plannedRuns(asked, file),
  };
}

/** Data of the user's that a sweep names. */
function dataOf({ flags, grid, list = [] }: Spec): string[] {
  return [flags?.data, ...(grid?.data ?? []), ...list.map((entry) => entry.data)].filter(
    (d) => typeof d === "string",
  );
}

/** What the flags say of Slurm, if the runs are to go there. */
function slurmOf(flags: Flags): JobOptions | undefined {
  if (flags.submit === undefined && flags.dryRun !== true) {
    const given = slurmFlags.find(({ name }) => flags[name] !== undefined);
    if (given)
      throw new UsageError(`${given.flag.split(" ")[0]} is for Slurm; add --submit slurm, or leave it out.`);
    return undefined;
  }
  if ((flags.submit ?? "slurm") !== "slurm")
    throw new UsageError(`--submit must be slurm, not ${JSON.stringify(flags.submit)}.`);
  return jobOptions(flags);
}

/** Gives the open runs to Slurm. */
async function toSlurm(
  path: string,
  plan: Plan,
  slurm: JobOptions,
  flags: Flags,
  again: { readonly most: number } | undefined,
): Promise<void> {
  const { jobs, report, runs } = await submit(path, plan, slurm, again);
  if (flags.json) return printJson({ path, runs, jobs, report: report ?? null });
  if (runs === 0)
    return print(
      `nothing to submit: every run of ${path} has ended or was submitted; failed ones go again with: npx hardgrad sweep retry ${path} --submit slurm`,
    );
  print(
    `${runs} runs submitted as job ${jobs.join(", ")}; the report is job ${report}. How they stand: npx hardgrad sweep status ${path}`,
  );
}

/** `sweep status FOLDER`. */
async function status(path: string, flags: Flags): Promise<void> {
  const plan = readPlan(path);
  const runs = await withSlurm(path, statusOf(path, plan));
  if (flags.json) printJson({ path, ...countsOf(runs), runs });
  else print(statusText(path, runs));
}

/** `sweep retry FOLDER`: failed runs again. */
async function retry(path: string, flags: Flags): Promise<void> {
  const quiet = flags.quiet === true;
  const most = wholeNumberFlag("--at-most", String(flags.atMost ?? "3"), 1, 1000);
  const plan = readPlan(path);
  refuseOtherVersion(path, plan);
  const slurm = slurmOf(flags);
  if (slurm && flags.dryRun === true) return print(dryRun(path, plan, slurm));
  const { again, spent } = reopenFailed(path, plan, most);
  const narrate = narrator(quiet);
  if (spent.length > 0)
    narrate(
      `${spent.map((run) => run.name).join(", ")}: failed ${most} times or more; a larger --at-most tries again`,
    );
  if (slurm) return await toSlurm(path, plan, slurm, flags, { most });
  if (again.length === 0) return narrate(`${path} has no failed run to try again`);
  await here(path, plan, jobsOf(flags), quiet, `${again.length} of them again`);
  finish(path, plan, flags.json === true);
}

/** `sweep report FOLDER`. */
function reportOf(path: string, flags: Flags): void {
  finish(path, readPlan(path), flags.json === true);
}

function here(path: string, plan: Plan, jobs: number, quiet: boolean, data: string): Promise<void> {
  const { device, threads } = plan;
  return workHere(path, plan, {
    jobs,
    quiet,
    data,
    choice: { device, ...(threads === undefined ? {} : { threads }) },
    anyComputer: false,
    goOn: `continue with: npx hardgrad work ${path}`,
  });
}

const jobsOf = (flags: Flags): number =>
  wholeNumberFlag("--jobs", String(flags.jobs ?? availableParallelism()), 1, 256);

/** Flags of a submission, by the key that commander gives them. */
const slurmFlags = [
  { name: "partition", flag: "--partition <name>", about: "Slurm: partition" },
  { name: "account", flag: "--account <name>", about: "Slurm: account" },
  {
    name: "time",
    flag: "--time <limit>",
    about:
      "Slurm: time limit of a task, after which it goes on from its checkpoint (default: 60, in minutes)",
  },
  { name: "gpus", flag: "--gpus <n>", about: "Slurm: GPUs of a task (default: 0)" },
  {
    name: "runsPerTask",
    flag: "--runs-per-task <n>",
    about: "Slurm: runs of a task, one after another (default: 1)",
  },
  {
    name: "template",
    flag: "--template <file>",
    about: "Slurm: script with {{options}} and {{command}} in it, where ours go",
  },
] as const;

/** Adds the flags that send runs to Slurm. */
function addSlurmFlags(command: Command): Command {
  command
    .option("--submit <where>", "slurm: submit the runs as an array job, and the report after them")
    .option("--dry-run", "print the scripts for Slurm, and submit nothing");
  for (const { flag, about } of slurmFlags) command.option(flag, about);
  return command;
}

/** Its arguments, options and subcommands. */
export function declare(command: Command): void {
  const folder = "folder of a sweep or a comparison";
  const jobs = ["--jobs <n>", "runs in parallel (default: one per core)"] as const;
  const json = ["--json", "print results as JSON"] as const;
  const quiet = ["--quiet", "print results only, no progress"] as const;
  command
    .argument("[file]", "sweep.json, or a module with the same object as its default export")
    .option(
      "--out <folder>",
      "folder of the sweep; the same plan joins it (default: runs/ and the file's name)",
    )
    .option("--plan", "write the plan and stop; hardgrad work FOLDER works it off")
    .option(...jobs)
    .option(...json)
    .option(...quiet)
    .action((file, flags) => sweep(file, flags));
  addSlurmFlags(command);
  command.command("status").description("which runs are done, running, failed or waiting").argument("<folder>", folder).option(...json).action((path, _flags, self: Command) => status(path, self.optsWithGlobals())); // biome-ignore format: a table
  command
    .command("retry")
    .description("try failed runs again")
    .argument("<folder>", folder)
    .option("--at-most <n>", "leave alone what has failed so often (default: 3)")
    .option(...jobs)
    .option(...json)
    .option(...quiet)
    .action((path, _flags, self: Command) => retry(path, self.optsWithGlobals()));
  command.command("report").description("write results.json, results.csv and report.html of the runs that have ended").argument("<folder>", folder).option(...json).action((path, _flags, self: Command) => reportOf(path, self.optsWithGlobals())); // biome-ignore format: a table
}
