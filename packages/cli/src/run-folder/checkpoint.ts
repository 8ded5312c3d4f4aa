import { createHash } from "node:crypto";
import * as fs from "node:fs";
import {
  CHECKPOINT_FORMAT,
  type Checkpoint,
  checkpointContent,
  checkpointParts,
  type RunConfig,
  type RunRecord,
  type Tensor,
} from "@hardgrad/experiments";
import { z } from "zod";
import { Failure, reasonOf } from "../ask/errors.ts";
import { writeWhole } from "./files.ts";

/** What `config.json` and checkpoints must hold. */
export const configSchema: z.ZodType<RunConfig> = z.object({
  experiment: z.string(),
  estimator: z.object({
    id: z.string(),
    options: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  }),
  data: z.string(),
  drawn: z.object({ train: z.number(), test: z.number() }).exactOptional(),
  seed: z.number(),
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
});

const numbers = z.record(z.string(), z.number().nullable());
/** What a checkpoint remembers of the metrics; JSON has null for numbers that are not finite. */
const recordSchema = z.object({
  last: numbers,
  best: z.record(z.string(), z.object({ value: z.number(), epoch: z.number() })),
  epoch: z.object({ total: z.number(), steps: z.number() }),
  texts: z.record(z.string(), z.string()).optional(),
});

/** Tensors and text as a safetensors file: header length, JSON header padded to 8 bytes, data. */
export function encodeSafetensors(
  tensors: { readonly [name: string]: Tensor },
  metadata: { readonly [name: string]: string },
): Uint8Array {
  let offset = 0;
  const header: { [name: string]: unknown } = { __metadata__: metadata };
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8), " "));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const values = Object.values(tensors).map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return Buffer.concat([length, json, ...values]);
}

function digest(tensors: { readonly [name: string]: Tensor }): string {
  const hash = createHash("sha256");
  for (const part of checkpointContent(tensors)) hash.update(part);
  return hash.digest("hex");
}

/** Writes a checkpoint, whole or not at all. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const { tensors, config, step, record } = checkpoint;
  const metadata = {
    format: CHECKPOINT_FORMAT,
    step: String(step),
    config: JSON.stringify(config),
    record: JSON.stringify(record),
    sha256: digest(tensors),
  };
  writeWhole(path, encodeSafetensors(tensors, metadata));
}

/** What a checkpoint is read for: how an error begins, and the way out. */
export interface Purpose {
  readonly what: string;
  readonly instead: string;
}

const resuming: Purpose = {
  what: "cannot resume from",
  instead: "start again without --resume, or use an older copy",
};

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
    if (digest(tensors) !== metadata.sha256) throw refuse("it is damaged (its checksum differs)");
    return { config, step: Number(metadata.step), tensors, record };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw refuse(error instanceof RangeError ? error.message : "it is damaged");
  }
}
