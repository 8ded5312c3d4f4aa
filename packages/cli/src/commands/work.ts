import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { narrator } from "../print/console.ts";
import { readPlan, refuseOtherVersion } from "../sweep/plan.ts";
import { workHere } from "../sweep/session.ts";
import { countsOf, statusOf } from "../sweep/status.ts";

/** `work FOLDER`: works off the plan of a sweep, together with all others who do. */
export async function work(path: string, flags: Flags): Promise<void> {
  const quiet = flags.quiet === true;
  const jobs = wholeNumberFlag("--jobs", String(flags.jobs ?? availableParallelism()), 1, 256);
  const plan = readPlan(path);
  refuseOtherVersion(path, plan);
  const { device, threads } = plan;
  await workHere(path, plan, {
    jobs,
    quiet,
    data: "with whoever else works on them",
    choice: { device, ...(threads === undefined ? {} : { threads }) },
    anyComputer: false,
    goOn: `continue with: npx hardgrad work ${path}`,
  });
  const { done, failed } = countsOf(statusOf(path, plan));
  narrator(quiet)(
    `${done} of ${plan.runs.length} runs done${failed > 0 ? `, ${failed} failed` : ""}; the report: npx hardgrad sweep report ${path}`,
  );
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("<folder>", "folder of a sweep, which other machines may share")
    .option("--jobs <n>", "runs in parallel (default: one per core)")
    .option("--quiet", "print no progress")
    .action((folder, flags) => work(folder, flags));
}
