import * as fs from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Failure, writeFailure } from "../../ask/errors.ts";
import { writeInto } from "../../disk/files.ts";

/** A job that was given to Slurm, or was to be: it is written down before. */
export interface Submission {
  /** `0001` */
  readonly id: string;
  /** The job's name, which no other has. */
  readonly name: string;
  readonly intended: string;
  /** The job's number, once Slurm has said it. */
  readonly job?: string;
  /** Slurm never got it; if it does, the job ends at once. */
  readonly void?: true;
  /** The runs of an array job; of the report, none. */
  readonly runs: readonly string[];
  readonly runsPerTask: number;
}

const schema: z.ZodType<Submission> = z.object({
  id: z.string(),
  name: z.string(),
  intended: z.string(),
  job: z.string().exactOptional(),
  void: z.literal(true).exactOptional(),
  runs: z.array(z.string()),
  runsPerTask: z.number(),
});

export const submissionsFolder = (path: string): string => join(path, "submissions");

/** All submissions of a sweep, oldest first. */
export function readSubmissions(path: string): Submission[] {
  const folder = submissionsFolder(path);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .sort()
    .map((name) => readSubmission(path, name.slice(0, -5)));
}

export function readSubmission(path: string, id: string): Submission {
  const file = join(submissionsFolder(path), `${id}.json`);
  try {
    return schema.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch {
    throw new Failure(
      `${file} is missing or damaged; cancel its job, put the file back, or plan the sweep in another folder.`,
    );
  }
}

export function writeSubmission(path: string, submission: Submission): void {
  writeInto(
    join(submissionsFolder(path), `${submission.id}.json`),
    `${JSON.stringify(submission, null, 2)}\n`,
  );
}

/** Writes down what is to be submitted, under the next free number. */
export function intend(
  path: string,
  prefix: string,
  runs: readonly string[],
  runsPerTask: number,
): Submission {
  const last = Number(readSubmissions(path).at(-1)?.id ?? 0);
  const id = String(last + 1).padStart(4, "0");
  const submission = { id, name: `${prefix}-${id}`, intended: new Date().toISOString(), runs, runsPerTask };
  try {
    fs.mkdirSync(join(path, "logs"), { recursive: true }); // Slurm writes its own there
  } catch (error) {
    throw writeFailure(join(path, "logs"), error);
  }
  writeSubmission(path, submission);
  return submission;
}

/** The number of a submission's job, as the job itself wrote it down when it began. */
export function startedAs(path: string, { id }: Submission): string | undefined {
  const file = join(submissionsFolder(path), `${id}.started`);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() || undefined : undefined;
}

/** What a task said about why it could not begin. */
export function errorOfTask(path: string, { id }: Submission, task: number): string | undefined {
  const file = join(submissionsFolder(path), `${id}-${task}.error`);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : undefined;
}

/** The task of a submission that a run is of. */
export const taskOf = ({ runs, runsPerTask }: Submission, name: string): number =>
  Math.floor(runs.indexOf(name) / runsPerTask);

/** The runs of a task. */
export const runsOfTask = ({ runs, runsPerTask }: Submission, task: number): readonly string[] =>
  runs.slice(task * runsPerTask, (task + 1) * runsPerTask);
