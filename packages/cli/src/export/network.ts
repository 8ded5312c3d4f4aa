import { parametersOf, runtimeFile } from "@hardgrad/experiments";
import { type Network, readRuntimeFile } from "@hardgrad/runtime";
import { Failure } from "../ask/errors.ts";
import type { SavedRun } from "../run-folder/saved-run.ts";

/** The network of a run, as `export --format runtime` writes it. */
export function networkOfRun({ path, experiment, checkpoint, epoch = 0 }: SavedRun): Network {
  try {
    const { bytes } = runtimeFile(experiment, parametersOf(checkpoint), checkpoint.config, epoch, {});
    return readRuntimeFile(bytes);
  } catch (error) {
    throw new Failure(`cannot run ${path}: ${(error as Error).message}`);
  }
}
