import type { Checkpoint, RunConfig, RunRecord } from "../contract/run.ts";
import { readSafetensors, type Safetensors, tensorBytes, writeSafetensors } from "./export/safetensors.ts";

const FORMAT = "hardgrad-checkpoint-2";
const OLDER = "hardgrad-checkpoint-1";

/**
 * A checkpoint as the bytes of `checkpoint.safetensors`.
 *
 * @param sha256 over `tensorBytes` of its tensors, in hexadecimal.
 * @example
 * const sha256 = createHash("sha256");
 * for (const piece of tensorBytes(checkpoint.tensors)) sha256.update(piece);
 * const file = encodeCheckpoint(checkpoint, sha256.digest("hex"));
 */
export function encodeCheckpoint({ config, step, tensors, record }: Checkpoint, sha256: string): Uint8Array {
  return writeSafetensors(tensors, {
    format: FORMAT,
    step: String(step),
    config: JSON.stringify(config),
    record: JSON.stringify(record),
    sha256,
  });
}

/**
 * The parts of a checkpoint file, unchecked but for their form.
 *
 * @throws RangeError, a clause such as "it is damaged".
 * @example
 * const { tensors } = checkpointParts(readFileSync("runs/NAME/checkpoint.safetensors"));
 */
export function checkpointParts(bytes: Uint8Array): Safetensors {
  const parts = readSafetensors(bytes);
  const { format } = parts.metadata;
  if (format === OLDER) throw new RangeError("it was written by an older hardgrad");
  if (format !== FORMAT) throw new RangeError("it was not written by hardgrad");
  return parts;
}

/**
 * Reads `checkpoint.safetensors` of a run folder, in Node or a browser.
 *
 * @throws RangeError if it is damaged, or not of this hardgrad.
 * @example
 * const checkpoint = await decodeCheckpoint(readFileSync("runs/NAME/checkpoint.safetensors"));
 */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle)
    throw new Error("decodeCheckpoint: this page has no crypto.subtle; open it over https or on localhost.");
  const refuse = (why: string): RangeError =>
    new RangeError(`decodeCheckpoint: these bytes are not a readable checkpoint: ${why}; use another copy.`);
  try {
    const { metadata, tensors } = checkpointParts(bytes);
    const content = new Uint8Array(
      await new Blob(tensorBytes(tensors) as Uint8Array<ArrayBuffer>[]).arrayBuffer(),
    );
    const digest = new Uint8Array(await subtle.digest("SHA-256", content));
    const checksum = Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("");
    if (checksum !== metadata.sha256) throw new RangeError("it is damaged (its checksum differs)");
    return {
      config: JSON.parse(metadata.config ?? "") as RunConfig,
      step: Number(metadata.step),
      tensors,
      record: JSON.parse(metadata.record ?? "") as RunRecord,
    };
  } catch (error) {
    throw refuse(error instanceof RangeError ? error.message : "it is damaged");
  }
}
