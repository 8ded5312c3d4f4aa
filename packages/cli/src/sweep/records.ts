import * as fs from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Who trains a run, and how far it is. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  readonly machine: string;
  /** When this attempt began, and at which step. */
  readonly since: string;
  readonly from: number;
  /** How far it was when this was written; `left` in seconds. */
  readonly at: string;
  readonly step: number;
  readonly total: number | null;
  readonly left: number | null;
  /** How often a process of it ended by itself, or its worker vanished, since it got to the step `from`. */
  readonly deaths: number;
  readonly takeovers: number;
  /** Why the last process ended. */
  readonly why?: string;
}

const ownerSchema: z.ZodType<Owner> = z.object({
  host: z.string(),
  pid: z.number(),
  machine: z.string(),
  since: z.string(),
  from: z.number(),
  at: z.string(),
  step: z.number(),
  total: z.number().nullable(),
  left: z.number().nullable(),
  deaths: z.number(),
  takeovers: z.number(),
  why: z.string().exactOptional(),
});

/** Why a run failed. */
export interface RunFailure {
  readonly reason: string;
  readonly at: string;
  readonly host: string;
  readonly step: number;
  /** How often it has failed. */
  readonly times: number;
}

const failureSchema: z.ZodType<RunFailure> = z.object({
  reason: z.string(),
  at: z.string(),
  host: z.string(),
  step: z.number(),
  times: z.number(),
});

/** Who has, or had, a run in hand. */
export function readOwner(working: string): Owner | undefined {
  return readAs(ownerSchema, join(working, "owner.json"));
}

/** Why a run failed. */
export function readFailure(file: string): RunFailure | undefined {
  return readAs(failureSchema, file);
}

function readAs<T>(schema: z.ZodType<T>, file: string): T | undefined {
  try {
    return schema.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
