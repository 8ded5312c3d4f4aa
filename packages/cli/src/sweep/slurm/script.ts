import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, UsageError } from "../../ask/errors.ts";
import { type Flags, wholeNumberFlag } from "../../ask/flags.ts";

/** What the flags say about jobs. */
export interface JobOptions {
  readonly partition?: string;
  readonly account?: string;
  /** As `sbatch --time` takes it. */
  readonly time: string;
  readonly gpus: number;
  /** The text of the template. */
  readonly template: string;
  readonly runsPerTask: number;
}

/** The script where no template is given. */
const PLAIN = "#!/bin/sh\n{{options}}\n\n{{command}}\n";

/** Seconds before the time limit at which a job is told to save; of a short job, a quarter of its time. */
const BEFORE_LIMIT = 120;

/** Reads the flags of a submission. @throws UsageError or Failure that names the flag. */
export function jobOptions(flags: Flags): JobOptions {
  const time = String(flags.time ?? "60");
  secondsOf(time);
  const text = (name: "partition" | "account"): { [key: string]: string } => {
    const value = flags[name] as string | undefined;
    if (value === undefined) return {};
    if (!/^[\w.,@-]+$/.test(value))
      throw new UsageError(
        `--${name} must be a name of letters, digits and . , - _ @, not ${JSON.stringify(value)}.`,
      );
    return { [name]: value };
  };
  return {
    ...text("partition"),
    ...text("account"),
    time,
    gpus: wholeNumberFlag("--gpus", String(flags.gpus ?? "0"), 0, 64),
    template: templateOf(flags.template as string | undefined),
    runsPerTask: wholeNumberFlag("--runs-per-task", String(flags.runsPerTask ?? "1"), 1, 10_000),
  };
}

function templateOf(file: string | undefined): string {
  if (file === undefined) return PLAIN;
  if (!existsSync(file))
    throw new Failure(`--template ${file}: there is no such file; --dry-run prints a script to begin with.`);
  const text = readFileSync(file, "utf8");
  const missing = ["{{options}}", "{{command}}"].find((part) => text.split(part).length !== 2);
  if (missing)
    throw new UsageError(`--template ${file}: it must have ${missing} once, where sweep puts its own lines.`);
  return text;
}

/** The seconds of a time as Slurm writes it: minutes, MM:SS, HH:MM:SS, D-HH, D-HH:MM or D-HH:MM:SS. */
export function secondsOf(time: string): number {
  const [, days, rest = ""] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(time) ?? [];
  const parts = rest.split(":").map(Number);
  const [a = 0, b = 0, c = 0] = parts;
  const seconds =
    days !== undefined
      ? Number(days) * 86_400 + a * 3600 + b * 60 + c
      : parts.length === 3
        ? a * 3600 + b * 60 + c
        : a * 60 + b;
  if (!(rest !== "" && seconds >= 60))
    throw new UsageError(
      `--time must be at least a minute, as Slurm writes it: minutes, HH:MM:SS or D-HH:MM:SS, not ${JSON.stringify(time)}.`,
    );
  return seconds;
}

/** A word for a POSIX shell. */
const quoted = (text: string): string =>
  /^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const bin = fileURLToPath(new URL("../../../bin/hardgrad.js", import.meta.url));

/** What both scripts begin with; the `#SBATCH` lines. */
function optionsText(
  name: string,
  log: string,
  { partition, account }: JobOptions,
  more: readonly string[],
): string {
  return [
    `--job-name=${name}`,
    `--output=${log}`,
    "--open-mode=append",
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...more,
  ]
    .map((option) => `#SBATCH ${option}`)
    .join("\n");
}

const filled = (template: string, options: string, command: string): string =>
  template.replace("{{options}}", () => options).replace("{{command}}", () => command);

/**
 * The script of an array job: each task works off its runs. Before the time limit it saves and is queued again; so it is
 * by Slurm when its node fails.
 */
export function arrayScript(
  path: string,
  submission: { readonly id: string; readonly name: string; readonly tasks: number },
  threads: number,
  jobs: JobOptions,
): string {
  const folder = resolve(path);
  const { id, name, tasks } = submission;
  const before = Math.min(BEFORE_LIMIT, Math.floor(secondsOf(jobs.time) / 4));
  const options = optionsText(name, `${folder}/logs/slurm-${id}-%a.log`, jobs, [
    `--array=0-${tasks - 1}`,
    `--time=${jobs.time}`,
    `--signal=B:USR1@${before}`,
    "--requeue",
    `--cpus-per-task=${threads}`,
    ...(jobs.gpus > 0 ? [`--gres=gpu:${jobs.gpus}`] : []),
  ]);
  const said = `${folder}/submissions/${id}`;
  return filled(
    jobs.template,
    options,
    `cd ${quoted(process.cwd())} || exit 1
echo "$SLURM_ARRAY_JOB_ID" > ${quoted(`${said}.started`)}
if ! command -v node > /dev/null; then
  message="node $SLURMD_NODENAME has no Node: put it into the PATH, for example by a module load in --template"
  echo "$message"
  echo "$message" > ${quoted(said)}-"$SLURM_ARRAY_TASK_ID".error
  exit 127
fi
limit=no
node ${quoted(bin)} work ${quoted(folder)} --jobs 1 --quiet --submission ${id} --task "$SLURM_ARRAY_TASK_ID" &
worker=$!
trap 'limit=yes; kill -TERM $worker' USR1
trap 'kill -TERM $worker' TERM
while :; do
  wait $worker
  code=$?
  kill -0 $worker 2> /dev/null || break
done
if [ $limit = yes ] && [ $code -ne 0 ]; then
  echo "saved before the time limit, and queued again"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit $code`,
  );
}

/** The script that writes the report, once all others have ended. */
export function reportScript(
  path: string,
  submission: { readonly id: string; readonly name: string; readonly after: readonly string[] },
  jobs: JobOptions,
): string {
  const folder = resolve(path);
  const { id, name, after } = submission;
  const options = optionsText(name, `${folder}/logs/slurm-${id}.log`, jobs, [
    "--time=30",
    ...(after.length > 0 ? [`--dependency=afterany:${after.join(":")}`] : []),
  ]);
  return filled(
    jobs.template,
    options,
    `cd ${quoted(process.cwd())} || exit 1
echo "$SLURM_JOB_ID" > ${quoted(`${folder}/submissions/${id}.started`)}
exec node ${quoted(bin)} sweep report ${quoted(folder)}`,
  );
}
