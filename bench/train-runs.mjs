import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runJobs } from "@hardgrad/cli/internal/compare/pool";
import { readSummary } from "@hardgrad/cli/internal/run-folder/read";

/** Trains the runs of a table that have not ended: on from their checkpoint, or from the start where there is none. */
export async function trainRuns(runs, { jobs, device, threads, checkpointEvery }) {
  const todo = runs
    .filter((run) => !readSummary(run.path))
    .map((run) => {
      const resume = existsSync(join(run.path, "checkpoint.safetensors"));
      if (!resume) rmSync(run.path, { recursive: true, force: true });
      return { ...run, device, threads, checkpointEvery, resume };
    });
  await runJobs(todo, jobs, {
    onRows: () => {},
    onEnd: (job) => console.error(`${job.path} ended`),
    onNotice: (job, sentence) => console.error(`${job.path}: ${sentence}`),
  });
}
