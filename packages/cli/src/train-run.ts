import {
  type Backend,
  type Checkpoint,
  type Dataset,
  DeviceLost,
  type Experiment,
  type MetricRow,
  type RunConfig,
  type Summary,
  startRun,
} from "@hardgrad/experiments";
import { Failure, Interrupted, UsageError } from "./ask/errors.ts";
import { openRunFolder } from "./run-folder/folder.ts";
import { readMetrics } from "./run-folder/read.ts";

export interface TrainingOptions {
  readonly experiment: Experiment;
  readonly config: RunConfig;
  readonly dataset: Dataset;
  readonly path: string;
  readonly backend: Backend;
  /** The flags that choose this backend again, with a space before them. */
  readonly again: string;
  readonly checkpointEvery: number;
  /** Where to go on; without it, a new run begins. */
  readonly from?: Checkpoint;
  /** Whether it goes on for longer than it was begun for. */
  readonly longer?: boolean;
  readonly onRows: (rows: readonly MetricRow[], step: number, totalSteps: number) => void;
  /** Told when the run goes on with another device than it came from. */
  readonly notice: (sentence: string) => void;
  /** Becomes true when the user wants to stop. */
  readonly stopped: () => boolean;
}

/** Trains one run into its folder: the loop of `train` and of every run of `compare`. */
export async function trainRun(options: TrainingOptions): Promise<Summary> {
  const { experiment, config, dataset, path, backend, from, longer = false } = options;
  const run = await startRun(experiment, config, dataset, backend, from).catch((error: Error) => {
    throw from ? new Failure(error.message) : new UsageError(error.message);
  });
  const folder = openRunFolder(path, experiment, config, backend, options.notice, from?.step, longer);
  let savedAt = run.step;
  const goOn = `continue with: npx hardgrad train --resume ${path}${options.again}`;
  try {
    if (!from || longer) folder.saveCheckpoint(await run.checkpoint());
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
    const pictures = await run.pictures(24);
    // Loading what draws takes as long as a hundred steps.
    const { endFigures } = await import("./run-figures/ended.ts");
    folder.finish(summary, endFigures(experiment, config, readMetrics(path), pictures), pictures);
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
