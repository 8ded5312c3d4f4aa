import type { Backend, LoadedGenerator } from "@hardgrad/experiments";
import { whichCan } from "../ask/configuration.ts";
import { Failure, UsageError } from "../ask/errors.ts";
import type { SavedRun } from "../run-folder/saved-run.ts";

/** Refuses a run of an experiment that draws nothing on request; `rule` says why the command needs it. */
export function refuseSilent({ path, experiment }: SavedRun, rule: string): void {
  if (experiment.draw) return;
  const able = whichCan((e) => e.draw);
  throw new UsageError(
    `${path} is a run of ${experiment.name}, and ${rule}; hardgrad train ${able} makes one.`,
  );
}

/** The network of a run, ready to draw; `verb` as in "cannot draw from RUN". */
export async function drawerOf(
  { path, experiment, checkpoint }: SavedRun,
  verb: string,
  options: { readonly backend?: Backend } = {},
): Promise<LoadedGenerator> {
  try {
    return await experiment.draw!(checkpoint, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure(`cannot ${verb} ${path}: ${error.message}`);
  }
}
