import * as fs from "node:fs";
import { join } from "node:path";
import { findExperiment, useDevice } from "@hardgrad/experiments";
import { type Flags, whichCan } from "../ask/configuration.ts";
import { deviceOf } from "../ask/device.ts";
import { Failure, UsageError } from "../ask/errors.ts";
import { datasetOf } from "../data/progress.ts";
import { print, printJson } from "../print/console.ts";
import { lastCheckpoint } from "../run-folder/folder.ts";

/** `verify RUN`: whether the finished tasks of a run are what they were on the day they were finished, to the bit. */
export async function verify(path: string, flags: Flags): Promise<void> {
  const device = deviceOf(flags.device);
  if (!fs.existsSync(join(path, "checkpoint.safetensors")))
    throw new Failure(`${path} is not the folder of a run: it has no checkpoint.safetensors.`);
  const checkpoint = lastCheckpoint(path);
  const { config } = checkpoint;
  const { tasks } = findExperiment(config.experiment);
  if (!tasks)
    throw new UsageError(
      `${path} is a run of ${config.experiment}, which has no certificates; ${whichCan((e) => e.tasks)} has.`,
    );
  const backend = await useDevice(device).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const dataset = await datasetOf(config, flags.quiet === true);
  const reports = await tasks.verify(checkpoint, dataset, backend);
  if (flags.json) printJson({ path, reports });
  else for (const report of reports) print(report.sentence);
  if (reports.length === 0) throw new Failure(`${path} has no finished task yet; let it train on.`);
  const broken = reports.filter((r) => !r.holds).length;
  if (broken > 0) throw new Failure(`${broken} of ${reports.length} certificates do not hold.`);
}
