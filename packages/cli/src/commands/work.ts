import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { Failure } from "../ask/errors.ts";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { narrator } from "../print/console.ts";
import { type Plan, type PlannedRun, readPlan, refuseOtherVersion } from "../sweep/plan.ts";
import { workHere } from "../sweep/session.ts";
import { readSubmission, runsOfTask } from "../sweep/slurm/submissions.ts";
import { countsOf, statusOf } from "../sweep/status.ts";

/** `work FOLDER`: works off the plan of a sweep, together with all others who do. */
export async function work(path: string, flags: Flags): Promise<void> {
  const quiet = flags.quiet === true;
  const jobs = wholeNumberFlag("--jobs", String(flags.jobs ?? availableParallelism()), 1, 256);
  const plan = readPlan(path);
  refuseOtherVersion(path, plan);
  const only = runsOf(path, plan, flags);
  const { device, threads } = plan;
  await workHere(path, plan, {
    jobs,
    quiet,
    data: "with whoever else works on them",
    choice: { device, ...(threads === undefined ? {} : { threads }) },
    anyComputer: false,
    goOn: `continue with: npx hardgrad work ${path}`,
    only,
  });
  const runs = statusOf(path, plan);
  const { done, failed } = countsOf(runs);
  narrator(quiet)(
    `${done} of ${plan.runs.length} runs done${failed > 0 ? `, ${failed} failed` : ""}; the report: npx hardgrad sweep report ${path}`,
  );
  const bad = runs.find(({ name, state }) => state === "failed" && only.some((run) => run.name === name));
  if (bad) throw new Failure(`${bad.name} failed: ${bad.reason}`);
}

/** The runs to work off: of a task of a Slurm job its own, else all. */
function runsOf(path: string, plan: Plan, flags: Flags): readonly PlannedRun[] {
  if (flags.submission === undefined) return plan.runs;
  const submission = readSubmission(path, String(flags.submission));
  if (submission.void)
    throw new Failure(`submission ${submission.id} of ${path} was given up before Slurm began it; its runs are in a later one.`); // biome-ignore format: one sentence
  const names = runsOfTask(submission, wholeNumberFlag("--task", String(flags.task ?? "0"), 0, 1e6));
  return plan.runs.filter((run) => names.includes(run.name));
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("<folder>", "folder of a sweep, which other machines may share")
    .option("--jobs <n>", "runs in parallel (default: one per core)")
    .option("--quiet", "print no progress")
    .addOption(new Option("--submission <id>", "of a Slurm job: which submission").hideHelp())
    .addOption(new Option("--task <n>", "of a Slurm job: which task").hideHelp())
    .action((folder, flags) => work(folder, flags));
}
