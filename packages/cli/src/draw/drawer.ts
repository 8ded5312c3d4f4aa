import { findExperiment, type LoadedGenerator } from "@hardgrad/experiments";
import { whichCan } from "../ask/configuration.ts";
import { Failure, UsageError } from "../ask/errors.ts";
import type { Trained } from "../run-folder/trained.ts";

/** Refuses a run of an experiment that draws nothing on request; `rule` says why the command needs it. */
export function refuseSilent(run: string, { checkpoint: { config } }: Trained, rule: string): void {
  if (findExperiment(config.experiment).draw) return;
  const able = whichCan((e) => e.draw);
  throw new UsageError(
    `${run} is a run of ${config.experiment}, and ${rule}; hardgrad train ${able} makes one.`,
  );
}

/** The network of a run, ready to draw; `verb` as in "cannot draw from RUN". */
export async function drawerOf(
  run: string,
  { checkpoint }: Trained,
  verb: string,
  options: { readonly device?: string } = {},
): Promise<LoadedGenerator> {
  try {
    return await findExperiment(checkpoint.config.experiment).draw!(checkpoint, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure(`cannot ${verb} ${run}: ${error.message}`);
  }
}
