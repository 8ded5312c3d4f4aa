import "./process-worker.ts";
import type { MetricRow, RunConfig } from "@hardgrad/experiments";
import { worker, workerEmit } from "workerpool";
import { backendOf } from "../ask/device.ts";
import { describeError, WriteFailure } from "../ask/errors.ts";
import { experimentOf, loadModulesOf } from "../ask/own.ts";
import { datasetOf } from "../data/progress.ts";
import { savedRun } from "../run-folder/saved-run.ts";
import { trainRun } from "../train-run.ts";

/** One run, in a worker process. */
export interface Job {
  readonly config: RunConfig;
  readonly path: string;
  readonly device: string;
  /** Its share of the cores. */
  readonly threads: number;
  readonly checkpointEvery: number;
  readonly resume: boolean;
}

/** What a worker tells while it runs. */
export interface Report {
  readonly rows: readonly MetricRow[];
  readonly step: number;
  readonly total: number;
}

/** A sentence for the user. */
export interface Notice {
  readonly notice: string;
}

let stopped = false;
let current: Promise<unknown> = Promise.resolve();
const stop = (): void => {
  stopped = true;
};
process.on("SIGINT", stop).on("SIGTERM", stop);

async function run(job: Job): Promise<void> {
  try {
    await loadModulesOf(job.config, job.path);
    const dataset = await datasetOf(job.config, true);
    const onRows = (rows: readonly MetricRow[], step: number, total: number): void =>
      workerEmit({ rows, step, total } satisfies Report);
    const notice = (sentence: string): void => workerEmit({ notice: sentence } satisfies Notice);
    const { resume, device, threads, ...about } = job;
    const backend = await backendOf({ device, threads }, notice);
    const experiment = experimentOf(job.config.experiment);
    const from = resume ? { from: savedRun(job.path, "cannot resume from").checkpoint } : {};
    await trainRun({
      ...about,
      ...from,
      backend,
      again: "",
      experiment,
      dataset,
      onRows,
      notice,
      stopped: () => stopped,
    });
  } catch (error) {
    const { sentence, exitCode } = describeError(error);
    const unwritten = error instanceof WriteFailure;
    throw Object.assign(new Error(sentence), { exitCode, unwritten }); // own properties reach the parent, classes do not
  }
}

/** Stops what runs now, which saves, and waits for it. */
async function settle(): Promise<void> {
  stop();
  await current.catch(() => {});
}

worker(
  {
    run: (job: Job) => {
      const result = run(job);
      current = result;
      return result;
    },
  },
  { onTerminate: settle },
);

// Without the parent there is nobody to tell. The pool's own listener would end the process before the run has saved.
process.removeAllListeners("disconnect");
process.on("error", stop); // a message that can't be sent any more
process.on("disconnect", async () => {
  await settle();
  process.exit(1);
});
