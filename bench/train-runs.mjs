import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "@hardgrad/cli/internal/ask/errors";
import { readSummary } from "@hardgrad/cli/internal/run-folder/read";
import { workerPool } from "@hardgrad/cli/internal/sweep/pool";

/** Trains the runs of a table that have not ended: on from their checkpoint, or from the start where there is none. */
export async function trainRuns(runs, { jobs, device, threads, checkpointEvery }) {
  const todo = runs
    .filter((run) => !readSummary(run.path))
    .map((run) => {
      const resume = existsSync(join(run.path, "checkpoint.safetensors"));
      if (!resume) rmSync(run.path, { recursive: true, force: true });
      return { ...run, device, threads, checkpointEvery, resume };
    });
  const pool = workerPool(jobs);
  const stop = () => void pool.stop();
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const outcomes = await Promise.all(
    todo.map(async (job) => {
      const say = (sentence) => console.error(`${job.path}: ${sentence}`);
      const outcome = await pool.run(job, { onRows: () => {}, onNotice: say, onText: () => {} });
      say(outcome.kind === "ended" ? "ended" : (outcome.reason ?? outcome.kind));
      return outcome;
    }),
  );
  await pool.end();
  process.off("SIGINT", stop).off("SIGTERM", stop);
  if (outcomes.some(({ kind }) => kind !== "ended"))
    throw new Failure("not all runs have ended; start the command again, and it goes on.");
}
