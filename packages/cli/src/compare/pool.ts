import { type ChildProcess, fork } from "node:child_process";
import type { MetricRow, Summary } from "@hardgrad/experiments";
import { Failure, Interrupted, UsageError } from "../errors.ts";
import type { Job, Message } from "./worker.ts";

export interface Finished {
  readonly job: Job;
  readonly summary: Summary;
  readonly examples: readonly { pixels: readonly number[]; label: number; predicted: number }[];
}

/** Runs jobs in child processes, some at a time. The first failure or Ctrl-C stops the others, which save. */
export async function runJobs(
  jobs: readonly Job[],
  parallel: number,
  onRows: (job: Job, rows: readonly MetricRow[], step: number, total: number) => void,
): Promise<Finished[]> {
  const children = new Set<ChildProcess>();
  const finished: Finished[] = [];
  let failure: Error | undefined;
  const stopAll = (error: Error): void => {
    failure ??= error;
    for (const child of children) child.kill("SIGTERM");
  };
  const interrupt = (): void => stopAll(new Interrupted("stopped"));
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);

  const run = (job: Job): Promise<void> =>
    new Promise((resolve) => {
      const child = fork(new URL("./worker.js", import.meta.url), {
        stdio: ["ignore", "ignore", "ignore", "ipc"],
      });
      children.add(child);
      let ended = false;
      child.send(job);
      child.on("message", (message: Message) => {
        if (message.type === "rows") onRows(job, message.rows, message.step, message.total);
        else if (message.type === "done") {
          ended = true;
          finished.push({ job, summary: message.summary, examples: message.examples });
        } else {
          ended = true;
          const text = `${job.config.estimator.id}, seed ${job.config.seed}: ${message.sentence}`;
          if (message.exitCode !== 130)
            stopAll(message.exitCode === 2 ? new UsageError(text) : new Failure(text));
        }
      });
      child.on("exit", (code, signal) => {
        children.delete(child);
        if (!ended && !failure)
          stopAll(
            new Failure(
              `${job.config.estimator.id}, seed ${job.config.seed}: the process ended by ${signal ?? `code ${code}`}; try fewer --jobs if memory is short.`,
            ),
          );
        resolve();
      });
    });

  const queue = [...jobs];
  const lane = async (): Promise<void> => {
    for (let job = queue.shift(); job && !failure; job = queue.shift()) await run(job);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, lane));
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  if (failure) throw failure;
  return finished;
}
