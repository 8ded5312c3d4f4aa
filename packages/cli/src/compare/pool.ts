import { fileURLToPath } from "node:url";
import type { MetricRow } from "@hardgrad/experiments";
import { pool, TerminateError } from "workerpool";
import { Failure, Interrupted, UsageError } from "../ask/errors.ts";
import { formatEstimator } from "../ask/estimator.ts";
import type { Job, Notice, Report } from "./worker.ts";

/** How long stopped runs may take to save before the command ends without waiting; they save all the same. */
const SAVE_LIMIT = 600_000;

/** Is told how runs go: `onRows` first without rows, when a run begins; `onEnd` when it is finished. */
export interface Watcher {
  onRows(job: Job, rows: readonly MetricRow[], step: number, total: number): void;
  onEnd(job: Job): void;
  onNotice(job: Job, sentence: string): void;
}

/** `reinmax #2`: estimator and seed. */
export const labelOf = ({ config }: Job): string => `${formatEstimator(config.estimator)} #${config.seed}`;

/**
 * Runs jobs in worker processes, some at a time. The first failure, Ctrl-C or SIGTERM stops the others, which save.
 *
 * @throws Interrupted after Ctrl-C or SIGTERM; else the first run's error.
 */
export async function runJobs(
  jobs: readonly Job[],
  parallel: number,
  { onRows, onEnd, onNotice }: Watcher,
): Promise<void> {
  if (jobs.length === 0) return;
  const workers = pool(fileURLToPath(new URL("./worker.js", import.meta.url)), {
    workerType: "process",
    maxWorkers: Math.min(parallel, jobs.length),
    emitStdStreams: true, // or what a worker prints would be in our data
  });
  let failure: Error | undefined;
  let ended: Promise<void> | undefined;
  const end = async (force: boolean, limit: number): Promise<void> => {
    try {
      await workers.terminate(force, limit);
    } catch {
      // a worker that died while idle never answers
    }
  };
  const stop = (error: Error): void => {
    failure ??= error;
    ended ??= end(true, SAVE_LIMIT); // each worker saves what it runs before it ends
  };
  let signals = 0;
  const interrupt = (): void => {
    if (signals++ > 0) {
      process.stderr.write(
        "stopped at once; runs that are not finished go on from their last checkpoints.\n",
      );
      process.exit(130); // workers without a parent save and end
    }
    stop(new Interrupted("stopped"));
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);

  const run = async (job: Job): Promise<void> => {
    let printed = "";
    const on = (report: Report | Notice | { stdout: string } | { stderr: string }): void => {
      if ("notice" in report) onNotice(job, report.notice);
      else if ("step" in report) onRows(job, report.rows, report.step, report.total);
      else if ("stderr" in report) printed = `${printed}${report.stderr}`.slice(-4000);
    };
    try {
      await workers.exec("run", [job], { on });
      onEnd(job);
    } catch (error) {
      if (!failure) stop(failureOf(job, error, printed));
    }
  };
  await Promise.all(jobs.map(run));
  await (ended ?? end(false, 5000));
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  if (failure) throw failure;
}

/** The error of a run in one sentence; `printed` is what its process wrote to stderr. */
function failureOf(job: Job, error: unknown, printed: string): Error {
  if (error instanceof TerminateError) return deathOf(job, error, printed);
  const { message, exitCode } = error as Error & { exitCode?: number };
  if (exitCode === 130) return new Interrupted("stopped");
  const text = `${labelOf(job)}: ${message}`;
  return exitCode === 2 ? new UsageError(text) : new Failure(text);
}

/** Why a worker process ended by itself; the pool says it in a text. */
function deathOf(job: Job, { message }: Error, printed: string): Error {
  const signal = /signalCode: `(SIG\w+)`/.exec(message)?.[1];
  // A signal to all, which came before the worker listened.
  if (signal === "SIGINT" || signal === "SIGTERM") return new Interrupted("stopped");
  const how = signal ?? `code ${/exitCode: `(\d+)`/.exec(message)?.[1] ?? "unknown"}`;
  const memory = signal === "SIGKILL" || /out of memory|bad_alloc/i.test(printed);
  const why = memory ? ", most likely because memory ran out" : "";
  return new Failure(`${labelOf(job)}: its process was ended by ${how}${why}; try fewer --jobs.`);
}
