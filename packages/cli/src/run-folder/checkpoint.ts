import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import {
  type Checkpoint,
  checkpointParts,
  encodeCheckpoint,
  type RunConfig,
  type RunRecord,
  tensorBytes,
} from "@hardgrad/experiments";
import { z } from "zod";
import { Failure, reasonOf } from "../ask/errors.ts";
import { writeWhole } from "../disk/files.ts";

/** What `config.json` and checkpoints must hold. */
export const configSchema: z.ZodType<RunConfig> = z.object({
  experiment: z.string(),
  estimator: z.object({
    id: z.string(),
    options: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  }),
  data: z.string(),
  form: z
    .object({
      shape: z.union([z.object({ height: z.number(), width: z.number() }), z.object({ length: z.number() })]),
      classes: z.array(z.string()),
    })
    .exactOptional(),
  drawn: z.object({ train: z.number(), test: z.number() }).exactOptional(),
  seed: z.number(),
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  files: z.record(z.string(), z.object({ path: z.string(), sha256: z.string() })).exactOptional(),
});

const numbers = z.record(z.string(), z.number().nullable());
/** What a checkpoint remembers of the metrics; JSON has null for numbers that are not finite. */
const recordSchema = z.object({
  last: numbers,
  best: z.record(z.string(), z.object({ value: z.number(), epoch: z.number() })),
  epoch: z.object({ total: z.number(), steps: z.number() }),
  texts: z.record(z.string(), z.string()).optional(),
});

/** SHA-256 over names, shapes and values, in hexadecimal. */
export function digestOf(tensors: Checkpoint["tensors"]): string {
  const hash = createHash("sha256");
  for (const part of tensorBytes(tensors)) hash.update(part);
  return hash.digest("hex");
}

/** Writes a checkpoint, whole or not at all. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  writeWhole(path, encodeCheckpoint(checkpoint, digestOf(checkpoint.tensors)));
}

/** What a checkpoint is read for: how an error begins, and the way out. */
export interface Purpose {
  readonly what: string;
  readonly instead: string;
}

/** Its name in the folder of a run. */
export const CHECKPOINT = "checkpoint.safetensors";

const resuming: Purpose = {
  what: "cannot resume from",
  instead: "start again without --resume, or use an older copy",
};

/** The step of the checkpoint in the folder of a run; undefined where there is none that can be read. */
export function keptStep(folder: string): number | undefined {
  try {
    return readCheckpoint(join(folder, CHECKPOINT)).step;
  } catch {
    return undefined;
  }
}

/** Reads a checkpoint back; one sentence says why it can't be used. */
export function readCheckpoint(path: string, purpose: Purpose = resuming): Checkpoint {
  const refuse = (why: string): Failure =>
    new Failure(`${purpose.what} ${path}: ${why}; ${purpose.instead}.`);
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(path);
  } catch (error) {
    throw refuse(reasonOf(error));
  }
  try {
    const { metadata, tensors } = checkpointParts(bytes);
    const record = recordSchema.parse(JSON.parse(metadata.record ?? "")) as RunRecord;
    const config = configSchema.parse(JSON.parse(metadata.config ?? ""));
    if (digestOf(tensors) !== metadata.sha256) throw refuse("it is damaged (its checksum differs)");
    return { config, step: Number(metadata.step), tensors, record };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw refuse(error instanceof RangeError ? error.message : "it is damaged");
  }
}
