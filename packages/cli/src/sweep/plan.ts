import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import type { RunConfig } from "@hardgrad/experiments";
import { z } from "zod";
import { Failure, UsageError } from "../ask/errors.ts";
import { estimatorFileName, formatEstimator, wholeEstimator } from "../ask/estimator.ts";
import { createFolder } from "../disk/files.ts";
import { configSchema } from "../run-folder/checkpoint.ts";
import { hasCheckpoint } from "../run-folder/saved-run.ts";
import { version } from "../version.ts";
import { axes } from "./curves.ts";
import type { AskedRun } from "./expand.ts";
import type { Reported } from "./spec.ts";

/** One run of a sweep. */
export interface PlannedRun {
  /** SHA-256 over the complete configuration and our version. */
  readonly key: string;
  /** Its folder in that of the sweep. */
  readonly name: string;
  /** Its line in tables: what the runs with its other seeds have in common. */
  readonly group: string;
  /** The flags that differ between runs, besides the estimator. */
  readonly varied: { readonly [flag: string]: number | string | boolean };
  readonly config: RunConfig;
}

const runSchema: z.ZodType<PlannedRun> = z.object({
  key: z.string(),
  name: z.string(),
  group: z.string(),
  varied: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  config: configSchema,
});

/** What all runs of a sweep have in common. */
export interface Header {
  readonly format: "hardgrad-sweep-1";
  readonly hardgrad: string;
  readonly title?: string;
  /** What makes it again. */
  readonly command: string;
  readonly device: string;
  readonly threads?: number;
  readonly checkpointEvery: number;
  readonly report?: Reported;
}

const headerSchema: z.ZodType<Header> = z.object({
  format: z.literal("hardgrad-sweep-1"),
  hardgrad: z.string(),
  title: z.string().exactOptional(),
  command: z.string(),
  device: z.string(),
  threads: z.number().exactOptional(),
  checkpointEvery: z.number(),
  report: z
    .object({ metrics: z.array(z.string()).exactOptional(), by: z.array(z.enum(axes)).exactOptional() })
    .exactOptional(),
});

/** A sweep: all that is to be run, fixed before the first run begins. */
export interface Plan extends Header {
  readonly runs: readonly PlannedRun[];
}

const HEADER = "sweep.json";
const RUNS = "plan.jsonl";
const LONGEST = 100;

/** Equal keys are equal runs. */
export function runKey(
  { estimator, files = {}, ...config }: RunConfig,
  hardgrad: string = version(),
): string {
  const whole = {
    ...config,
    estimator: wholeEstimator(estimator),
    files: Object.entries(files).map(([name, { sha256 }]) => [name, sha256]), // wherever they are
    hardgrad,
  };
  return createHash("sha256")
    .update(JSON.stringify(sorted(whole)))
    .digest("hex")
    .slice(0, 32);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

/** The lines of a plan. @throws UsageError if two of them are the same run. */
export function plannedRuns(asked: readonly AskedRun[], where: string): PlannedRun[] {
  const runs = asked.map(({ config, varied }) => {
    const parts = Object.entries(varied).map(([flag, value]) => `${flag}=${value}`);
    const words = [estimatorFileName(config.estimator), ...parts].join("-").replace(/[^\w.,+-]+/g, "-");
    const group = [formatEstimator(config.estimator), ...parts].join(" ");
    return { key: runKey(config), name: `${words}-seed${config.seed}`, group, varied, config };
  });
  const first = new Map<string, string>();
  for (const { key, name } of runs) {
    if (first.has(key))
      throw new UsageError(`${where}: ${first.get(key)} and ${name} are the same run; ask for it once.`);
    first.set(key, name);
  }
  const count = new Map<string, number>();
  for (const { name } of runs) count.set(name, (count.get(name) ?? 0) + 1);
  return runs.map((run) => {
    const plain = run.name.length <= LONGEST && count.get(run.name) === 1;
    return plain ? run : { ...run, name: `${run.name.slice(0, LONGEST)}-${run.key.slice(0, 8)}` };
  });
}

/** Makes the folder of a sweep, with its plan; or joins the one that is there. @returns whether it was made. */
export function layOut(path: string, plan: Plan): boolean {
  if (fs.existsSync(path)) {
    refuseOther(path, plan);
    return false;
  }
  const { runs, ...header } = plan;
  try {
    createFolder(path, {
      [HEADER]: `${JSON.stringify(header, null, 2)}\n`,
      [RUNS]: runs.map((run) => `${JSON.stringify(run)}\n`).join(""),
    });
    return true;
  } catch (error) {
    if (!isSweep(path)) throw error;
    refuseOther(path, plan); // another worker was first
    return false;
  }
}

/** Refuses to join a folder that was planned for something else. */
function refuseOther(path: string, plan: Plan): void {
  if (!isSweep(path))
    throw new UsageError(`${path} exists and is no sweep; runs are never overwritten, choose another --out.`);
  const there = readPlan(path);
  const keys = new Set(there.runs.map((run) => run.key));
  const same = keys.size === plan.runs.length && plan.runs.every((run) => keys.has(run.key));
  if (same) return;
  const missing = plan.runs.filter((run) => !keys.has(run.key));
  const why = missing[0]
    ? `it has no ${missing[0].name}`
    : `it has ${keys.size} runs, not ${plan.runs.length}`;
  const version =
    there.hardgrad === plan.hardgrad ? "" : ` (made by hardgrad ${there.hardgrad}; this is ${plan.hardgrad})`;
  throw new UsageError(
    `${path} is the folder of a different plan${version}: ${why}; choose another --out, or work off the plan that is there with: npx hardgrad work ${path}.`,
  );
}

/** Whether a folder is that of a sweep or a comparison. */
export function isSweep(path: string): boolean {
  return fs.existsSync(join(path, HEADER));
}

/** The plan in a folder. @throws UsageError or Failure that says what the folder is instead. */
export function readPlan(path: string, what = "cannot read"): Plan {
  if (!fs.existsSync(path))
    throw new Failure(`${what} ${path}: it does not exist; give the folder of a sweep.`);
  if (!isSweep(path) && hasCheckpoint(path))
    throw new UsageError(
      `${path} is one run, not a sweep; continue with: npx hardgrad train --resume ${path}.`,
    );
  try {
    const header = headerSchema.parse(JSON.parse(fs.readFileSync(join(path, HEADER), "utf8")));
    const lines = fs.readFileSync(join(path, RUNS), "utf8").split("\n").filter(Boolean);
    const runs = lines.map((line) => runSchema.parse(JSON.parse(line)));
    if (runs.length > 0) return { ...header, runs };
  } catch {
    // said below
  }
  throw new Failure(
    `${what} ${path}: ${HEADER} or ${RUNS} is missing or damaged; give the folder of a sweep.`,
  );
}

/** The experiment's name: all runs of a sweep have one. */
export const experimentOfPlan = ({ runs }: Plan): string => runs[0]!.config.experiment;

/** Refuses to compute what another version planned. */
export function refuseOtherVersion(path: string, { hardgrad }: Plan): void {
  if (hardgrad !== version())
    throw new UsageError(
      `${path} was planned by hardgrad ${hardgrad}, and this is ${version()}, whose bits may differ; use npx @hardgrad/cli@${hardgrad}, or plan the sweep again in another folder.`,
    );
}
