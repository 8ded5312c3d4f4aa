import {
  type Backend,
  type Checkpoint,
  type Dataset,
  DeviceLost,
  findExperiment,
  type MetricRow,
  type RunConfig,
  type Summary,
  startRun,
  useDevice,
} from "@hardgrad/experiments";
import { Failure, Interrupted, UsageError } from "./ask/errors.ts";
import { lastCheckpoint, openRunFolder } from "./run-folder/folder.ts";

export interface TrainingOptions {
  readonly config: RunConfig;
  readonly dataset: Dataset;
  readonly path: string;
  readonly device: string;
  /** Threads of a step on device native; default: all cores. */
  readonly threads?: number;
  readonly checkpointEvery: number;
  readonly resume: boolean;
  /** When resuming: what to go on from instead of the folder's own checkpoint, to train further than it was begun for. */
  readonly longer?: Checkpoint;
  readonly onRows: (rows: readonly MetricRow[], step: number, totalSteps: number) => void;
  /** Told when a part of the run needs another device, and why. */
  readonly notice: (sentence: string) => void;
  /** Becomes true when the user wants to stop. */
  readonly stopped: () => boolean;
}

/** Trains one run into its folder: the loop of `train` and of every run of `compare`. */
export async function trainRun(options: TrainingOptions): Promise<Summary> {
  const { config, path, device, resume } = options;
  let backend: Backend;
  try {
    const { threads, notice } = options;
    backend = await useDevice(device, { notice, ...(threads === undefined ? {} : { threads }) });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { longer } = options;
  const checkpoint = resume ? (longer ?? lastCheckpoint(path)) : undefined;
  const run = await startRun(
    findExperiment(config.experiment),
    config,
    options.dataset,
    backend,
    checkpoint,
  ).catch((error: Error) => {
    throw resume ? new Failure(error.message) : new UsageError(error.message);
  });
  const folder = openRunFolder(path, config, device, checkpoint?.step, longer !== undefined);
  let savedAt = run.step;
  const goOn = `go on with: npx hardgrad train --resume ${path}${device === "wasm" ? "" : ` --device ${device}`}`;
  try {
    if (!resume || longer) folder.saveCheckpoint(await run.checkpoint());
    options.onRows([], run.step, run.totalSteps);
    while (run.step < run.totalSteps) {
      const rows = await run.advance();
      // On wasm nothing in a step waits for the event loop, where Ctrl-C and messages arrive.
      await new Promise((resolve) => setImmediate(resolve));
      folder.append(rows);
      options.onRows(rows, run.step, run.totalSteps);
      const stop = options.stopped() && run.step < run.totalSteps;
      if (stop || run.step - savedAt >= options.checkpointEvery || run.step === run.totalSteps) {
        folder.saveCheckpoint(await run.checkpoint());
        savedAt = run.step;
      }
      if (stop) throw new Interrupted(`stopped at step ${run.step} of ${run.totalSteps}; ${goOn}`);
    }
    const summary = run.summary();
    folder.finish(config, summary, await run.pictures(24));
    return summary;
  } catch (error) {
    if (!(error instanceof DeviceLost)) throw error;
    throw new Failure(
      `${error.message} after step ${run.step} of ${run.totalSteps}; the run is saved up to step ${savedAt}, ${goOn}`,
    );
  } finally {
    run.dispose();
  }
}
