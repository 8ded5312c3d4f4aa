import type { Command } from "commander";
import { whichCan } from "../ask/configuration.ts";
import { addDeviceFlags, backendOf, deviceChoice } from "../ask/device.ts";
import { Failure, UsageError } from "../ask/errors.ts";
import type { Flags } from "../ask/flags.ts";
import { datasetOf } from "../data/progress.ts";
import { print, printJson } from "../print/console.ts";
import { environment } from "../run-folder/environment.ts";
import { savedRun } from "../run-folder/saved-run.ts";

/** `verify RUN`: whether the finished tasks of a run are what they were on the day they were finished, to the bit. */
export async function verify(path: string, flags: Flags): Promise<void> {
  const choice = deviceChoice(flags);
  const { experiment, checkpoint } = savedRun(path, "cannot verify");
  const { tasks } = experiment;
  if (!tasks)
    throw new UsageError(
      `${path} is a run of ${experiment.name}, which has no certificates; ${whichCan((e) => e.tasks)} has.`,
    );
  const backend = await backendOf(choice);
  const dataset = await datasetOf(checkpoint.config, flags.quiet === true);
  const reports = await tasks.verify(checkpoint, dataset, backend);
  if (flags.json) printJson({ path, environment: environment(backend), reports });
  else for (const report of reports) print(report.sentence);
  if (reports.length === 0) throw new Failure(`${path} has no finished task yet; let it train on.`);
  const broken = reports.filter((r) => !r.holds).length;
  if (broken > 0) throw new Failure(`${broken} of ${reports.length} certificates do not hold.`);
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("<run>", "run folder, finished or interrupted")
    .option("--json", "print the result as JSON")
    .option("--quiet", "print results only")
    .action((run, flags) => verify(run, flags));
  addDeviceFlags(command).addHelpText(
    "after",
    "\nClass scores are compared on the device that the run was trained on; on another one, or with another BLAS or other --threads, only the weights.",
  );
}
