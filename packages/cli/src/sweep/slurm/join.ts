import { UsageError } from "../../ask/errors.ts";
import type { RunStatus } from "../status.ts";
import { endOf, type QueuedTask, queued } from "./scheduler.ts";
import { errorOfTask, readSubmissions, taskOf } from "./submissions.ts";

/** The states of runs, with what Slurm knows of those that no worker has in hand. */
export async function withSlurm(path: string, runs: readonly RunStatus[]): Promise<readonly RunStatus[]> {
  const submissions = readSubmissions(path).filter((s) => s.void === undefined);
  let tasks: readonly QueuedTask[];
  try {
    tasks = await queued(submissions.map((s) => s.name));
  } catch (error) {
    if (error instanceof UsageError) return runs; // no Slurm here: what the folder says is all there is
    throw error;
  }
  const joined = async (run: RunStatus): Promise<RunStatus> => {
    const last = submissions.findLast((s) => s.runs.includes(run.name));
    if (!last || run.state === "done" || run.state === "failed") return run;
    const task = taskOf(last, run.name);
    const found = tasks.find((t) => t.job === last.job && t.task === task);
    const job = `${last.job ?? last.name}_${task}`;
    if (found)
      return { ...run, job, slurm: found.state, ...(found.state === "PENDING" ? { why: found.why } : {}) };
    if (run.state === "running") return { ...run, job };
    if (last.job === undefined) return run;
    const end = await endOf(job);
    const said = errorOfTask(path, last, task);
    const reason = said ?? `its job ${job} ended without a result${end === undefined ? "" : ` (${end})`}`;
    return { ...run, state: "failed", reason, job, log: `${path}/logs/slurm-${last.id}-${task}.log` };
  };
  const all: RunStatus[] = [];
  for (const run of runs) all.push(await joined(run)); // one question at a time
  return all;
}
