import { findExperiment, parametersOf, type RunConfig, runtimeFile } from "@hardgrad/experiments";
import { type Network, readRuntimeFile } from "@hardgrad/runtime";
import { Failure } from "../ask/errors.ts";
import { epochAt, lastCheckpoint } from "./folder.ts";

/** The network of a run, as `export --format runtime` writes it. */
export function runtimeOfRun(run: string): { readonly config: RunConfig; readonly network: Network } {
  const purpose = { what: "cannot run", instead: "give the folder of a run" };
  const checkpoint = lastCheckpoint(run, purpose);
  const { config, step } = checkpoint;
  try {
    const { bytes } = runtimeFile(
      findExperiment(config.experiment),
      parametersOf(checkpoint),
      config.settings,
      epochAt(run, step) ?? 0,
      {},
    );
    return { config, network: readRuntimeFile(bytes) };
  } catch (error) {
    throw new Failure(`${purpose.what} ${run}: ${(error as Error).message}`);
  }
}
