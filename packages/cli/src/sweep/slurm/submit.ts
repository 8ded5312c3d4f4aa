import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { resolve } from "node:path";
import { Failure, writeFailure } from "../../ask/errors.ts";
import { hold } from "../lease.ts";
import { isSettled, placesOf } from "../places.ts";
import type { Plan } from "../plan.ts";
import { jobNamed, mostTasks, NoAnswer, queued, submitScript } from "./scheduler.ts";
import { arrayScript, type JobOptions, reportScript } from "./script.ts";
import {
  intend,
  readSubmissions,
  type Submission,
  startedAs,
  submissionsFolder,
  taskOf,
  writeSubmission,
} from "./submissions.ts";

/** Seconds without a heartbeat after which a submission counts as interrupted. */
const HOLD = 20;

/** What was submitted. */
export interface Submitted {
  /** Slurm's job numbers: of the arrays, and of the job that writes the report. */
  readonly jobs: readonly string[];
  readonly report?: string;
  readonly runs: number;
}

/** How the job names of a sweep begin: with a hash of its folder and its plan. */
function prefixOf(path: string, plan: Plan): string {
  const hash = createHash("sha256").update(JSON.stringify([resolve(path), plan.runs.map((run) => run.key)]));
  return `hardgrad-${hash.digest("hex").slice(0, 12)}`;
}

/** The scripts that a submission of all open runs would give to Slurm; nothing is submitted. */
export function dryRun(path: string, plan: Plan, jobs: JobOptions): string {
  const open = plan.runs.filter((run) => !isSettled(placesOf(path, run.name)));
  const tasks = Math.ceil(open.length / jobs.runsPerTask);
  const prefix = prefixOf(path, plan);
  const array = arrayScript(path, { id: "0001", name: `${prefix}-0001`, tasks }, plan.threads ?? 1, jobs);
  const report = reportScript(path, { id: "0002", name: `${prefix}-0002`, after: ["JOB"] }, jobs);
  return `# sbatch, ${open.length} runs in ${tasks} tasks:\n${array}\n\n# sbatch, JOB is the number of the first:\n${report}`;
}

/**
 * Submits the open runs that no job has had, and with `again` those, too, whose job ended without a result. Each call of
 * sbatch is written down before it is made, so that one that was cut off is found again, and nothing is submitted twice.
 */
export async function submit(
  path: string,
  plan: Plan,
  jobs: JobOptions,
  again: { readonly most: number } | undefined,
): Promise<Submitted> {
  const folder = submissionsFolder(path);
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw writeFailure(folder, error);
  }
  const lease = await hold(folder, HOLD);
  if (!lease)
    throw new Failure(`somebody is submitting the runs of ${path} right now, or was cut off less than ${HOLD} s ago; try again in a minute.`); // biome-ignore format: one sentence
  try {
    return await submitHeld(path, plan, jobs, again);
  } finally {
    await lease.release();
  }
}

async function submitHeld(
  path: string,
  plan: Plan,
  jobs: JobOptions,
  again: { readonly most: number } | undefined,
): Promise<Submitted> {
  const known = await Promise.all(readSubmissions(path).map((submission) => settled(path, submission)));
  const before = known.filter((s) => s.void === undefined);
  const tasks = await queued(before.map((s) => s.name));
  const isQueued = (s: Submission, name: string): boolean =>
    tasks.some((t) => t.job === s.job && t.task === taskOf(s, name));
  const open = plan.runs.filter(({ name }) => {
    if (isSettled(placesOf(path, name))) return false;
    const had = before.filter((s) => s.runs.includes(name));
    if (had.some((s) => isQueued(s, name))) return false;
    return had.length === 0 || (again !== undefined && had.length < again.most);
  });
  if (open.length === 0) return { jobs: [], runs: 0 };
  const prefix = prefixOf(path, plan);
  const most = (await mostTasks()) * jobs.runsPerTask;
  const ids: string[] = [];
  for (let from = 0; from < open.length; from += most) {
    const names = open.slice(from, from + most).map((run) => run.name);
    const submission = intend(path, prefix, names, jobs.runsPerTask);
    const count = Math.ceil(names.length / jobs.runsPerTask);
    ids.push(
      await send(
        path,
        submission,
        arrayScript(path, { ...submission, tasks: count }, plan.threads ?? 1, jobs),
      ),
    );
  }
  const last = intend(path, prefix, [], 1);
  const report = await send(path, last, reportScript(path, { ...last, after: ids }, jobs));
  return { jobs: ids, report, runs: open.length };
}

/** Gives a script to Slurm that is written down already. What Slurm refuses is not submitted, and that is written down. */
async function send(path: string, submission: Submission, script: string): Promise<string> {
  try {
    const job = await submitScript(script);
    writeSubmission(path, { ...submission, job });
    return job;
  } catch (error) {
    if (!(error instanceof NoAnswer)) writeSubmission(path, { ...submission, void: true });
    throw error;
  }
}

/** A submission that was cut off: Slurm has its job, or it began already, or Slurm never got it. */
async function settled(path: string, submission: Submission): Promise<Submission> {
  if (submission.job !== undefined || submission.void) return submission;
  const job = (await jobNamed(submission.name)) ?? startedAs(path, submission);
  const now: Submission = job === undefined ? { ...submission, void: true } : { ...submission, job };
  writeSubmission(path, now);
  return now;
}
