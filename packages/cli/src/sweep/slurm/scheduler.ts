import { spawn } from "node:child_process";
import { Failure, UsageError } from "../../ask/errors.ts";

/** A task of an array job that Slurm has in its queue. */
export interface QueuedTask {
  /** `17_3` */
  readonly id: string;
  readonly job: string;
  readonly task: number;
  /** PENDING, RUNNING, ... */
  readonly state: string;
  readonly host: string;
  readonly why: string;
}

/** Runs a command of Slurm's; what it prints. @throws UsageError where there is no Slurm, Failure if it refuses. */
async function slurm(command: string, args: readonly string[], input?: string): Promise<string> {
  const child = spawn(command, args, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.on("data", (text) => {
      said[stream] += text;
    });
  child.stdin?.on("error", () => {}).end(input); // it may end before it has read all
  const limit = setTimeout(() => child.kill(), ANSWER_LIMIT);
  const code = await new Promise<number | null | Error>((resolve) =>
    child.on("error", resolve).on("close", resolve),
  ).finally(() => clearTimeout(limit));
  if (code instanceof Error && (code as NodeJS.ErrnoException).code === "ENOENT")
    throw new UsageError(
      `there is no Slurm on this machine: ${command} is not in the PATH; go to a login node of the cluster, print the scripts with --dry-run, or work the sweep off with: npx hardgrad work FOLDER.`,
    );
  if (code === null) throw new NoAnswer(`${command} did not answer within ${ANSWER_LIMIT / 1000} s.`);
  if (code !== 0) {
    const why =
      code instanceof Error ? code.message : said.stderr.trim().split("\n").at(-1) || `exit ${code}`;
    throw new Failure(`${command} failed: ${why.replace(/\.$/, "")}.`);
  }
  return said.stdout;
}

/** Milliseconds: a busy controller takes minutes. */
const ANSWER_LIMIT = 180_000;

/** Nobody knows whether what was asked was done. */
export class NoAnswer extends Failure {}

/** Submits a script; the number of its job. */
export async function submitScript(script: string): Promise<string> {
  const answer = (await slurm("sbatch", ["--parsable"], script)).trim();
  const id = /^(\d+)/.exec(answer)?.[1];
  if (id === undefined)
    throw new Failure(`sbatch answered ${JSON.stringify(answer)}, which is no number of a job.`);
  return id;
}

/** The tasks in the queue of jobs by their names. */
export async function queued(names: readonly string[]): Promise<QueuedTask[]> {
  if (names.length === 0) return [];
  const lines = await slurm("squeue", ["-h", "-r", "--name", names.join(), "-o", "%F|%K|%T|%N|%r"]);
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [job = "", task = "", state = "", host = "", why = ""] = line.split("|");
      const index = Number(task) || 0;
      return { id: /^\d+$/.test(task) ? `${job}_${task}` : job, job, task: index, state, host, why };
    });
}

/** The number of a job by its name, while it is in the queue. */
export async function jobNamed(name: string): Promise<string | undefined> {
  return (await slurm("squeue", ["-h", "--name", name, "-o", "%F"])).split("\n").find(Boolean);
}

/** How a task ended that is no longer in the queue, as far as Slurm remembers: `CANCELLED`, `OUT_OF_MEMORY on n2`. */
export async function endOf(id: string): Promise<string | undefined> {
  try {
    const text = await slurm("scontrol", ["show", "job", id, "-o"]);
    const line = text.split("\n").find((l) => l.includes("JobState="));
    const field = (name: string): string => new RegExp(`\\b${name}=(\\S+)`).exec(line ?? "")?.[1] ?? "";
    const state = field("JobState");
    const host = field("NodeList");
    return state === "" ? undefined : `${state}${host === "" || host === "(null)" ? "" : ` on ${host}`}`;
  } catch {
    // it has forgotten the job; the accounting may not
  }
  try {
    const [state = "", host = ""] = (
      await slurm("sacct", ["-n", "-X", "-P", "-j", id, "-o", "State,NodeList"])
    )
      .trim()
      .split("|");
    return state === "" ? undefined : `${state}${host === "" ? "" : ` on ${host}`}`;
  } catch {
    return undefined;
  }
}

/** How many tasks an array may have here. */
export async function mostTasks(): Promise<number> {
  const most = /MaxArraySize\s*=\s*(\d+)/.exec(await slurm("scontrol", ["show", "config"]))?.[1];
  return Math.max(1, Number(most ?? 1001) - 1);
}
