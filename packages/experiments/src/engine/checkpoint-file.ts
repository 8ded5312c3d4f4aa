import type { Checkpoint, RunConfig, RunRecord, Tensor } from "../contract/run.ts";

export const CHECKPOINT_FORMAT = "hardgrad-checkpoint-2";
const OLDER = "hardgrad-checkpoint-1";

/** A safetensors file: what is said in its header, and the tensors as float32. */
export interface CheckpointParts {
  readonly metadata: { readonly [name: string]: string };
  readonly tensors: { readonly [name: string]: Tensor };
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * The parts of a checkpoint file, unchecked but for its form: header length, JSON header, data.
 *
 * @throws RangeError, a clause such as "it is damaged".
 */
export function checkpointParts(bytes: Uint8Array): CheckpointParts {
  const damaged = new RangeError("it is damaged");
  if (bytes.length < 8) throw damaged;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (8 + length > bytes.length) throw damaged;
  let header: { [name: string]: Entry };
  let metadata: { [name: string]: string };
  try {
    const { __metadata__, ...rest } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    header = rest;
    metadata = __metadata__ ?? {};
  } catch {
    throw damaged;
  }
  if (metadata.format === OLDER) throw new RangeError("it is of an older hardgrad");
  if (metadata.format !== CHECKPOINT_FORMAT) throw new RangeError("it was not written by hardgrad");
  const data = bytes.subarray(8 + length);
  const tensors: { [name: string]: Tensor } = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    const [begin, end] = data_offsets;
    const size = shape.reduce((a, b) => a * b, 1);
    const width = dtype === "F32" ? 4 : dtype === "F16" ? 2 : 0;
    if (width === 0 || end - begin !== width * size || begin < 0 || end > data.length) throw damaged;
    const values = new Uint8Array(data.subarray(begin, end)).buffer; // a copy: views of float32 begin at multiples of 4
    tensors[name] = {
      shape,
      data: width === 4 ? new Float32Array(values) : widened(new Uint16Array(values)),
    };
  }
  return { metadata, tensors };
}

/** Half precision as float32, exactly. */
function widened(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (h) => {
    const exponent = (h >>> 10) & 31;
    const fraction = h & 1023;
    const size =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction === 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    return h & 0x8000 ? -size : size;
  });
}

/** The bytes that a checkpoint's checksum is over: names, shapes and values. */
export function checkpointContent(tensors: CheckpointParts["tensors"]): readonly Uint8Array[] {
  const text = new TextEncoder();
  return Object.entries(tensors).flatMap(([name, { shape, data }]) => [
    text.encode(`${name}[${shape}]`),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
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
    new RangeError(
      `decodeCheckpoint: these bytes are no checkpoint that can be read: ${why}; use another copy.`,
    );
  try {
    const { metadata, tensors } = checkpointParts(bytes);
    const content = new Uint8Array(
      await new Blob(checkpointContent(tensors) as Uint8Array<ArrayBuffer>[]).arrayBuffer(),
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
