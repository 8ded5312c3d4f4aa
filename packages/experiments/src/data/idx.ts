/** A file in the IDX format of MNIST: unsigned bytes with a shape. */
export interface IdxFile {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** More than any dataset here; a larger claim is a damaged header. */
const MAX_BYTES = 2 ** 30;

/**
 * Reads unsigned-byte IDX: two zero bytes, type 0x08, rank, one big-endian uint32 per axis, then the values.
 *
 * @param name what to call the file in errors.
 * @throws RangeError for a wrong magic number, another type, and a file that is too short or too long.
 * @example
 * const labels = parseIdx(await gunzipIfNeeded(bytes, "labels"), "labels");
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxFile {
  const fail = (what: string): never => {
    throw new RangeError(`${name}: ${what}; it is damaged or not an IDX file, download it again.`);
  };
  if (bytes.length < 4) return fail(`has ${bytes.length} bytes, an IDX file has at least 8`);
  const [zero0, zero1, type, rank] = bytes as unknown as [number, number, number, number];
  if (zero0 !== 0 || zero1 !== 0)
    return fail(`starts with bytes ${hex(bytes.subarray(0, 4))}, an IDX file starts with 00 00 08`);
  if (type !== 0x08)
    return fail(`has value type 0x${type.toString(16)}, only unsigned bytes (0x08) are read`);
  if (rank < 1 || rank > 4) return fail(`has ${rank} axes, 1 to 4 are read`);
  const header = 4 + 4 * rank;
  if (bytes.length < header) return fail(`ends inside its header of ${header} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((a, b) => a * b, 1);
  if (size > MAX_BYTES) return fail(`claims shape [${shape}], more than ${MAX_BYTES} bytes`);
  const found = bytes.length - header;
  if (found !== size)
    return fail(
      `has ${found} bytes of values, but its shape [${shape}] needs ${size}: ${found < size ? "truncated" : "oversized"}`,
    );
  return { shape, data: bytes.subarray(header) };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");
}

/**
 * The bytes themselves, or unpacked if they start with gzip's magic number. Works in browsers and in Node.
 *
 * @throws RangeError if the gzip stream is damaged or unpacks to more than 1 GiB.
 * @example
 * const unpacked = await gunzipIfNeeded(bytes, "train-labels.gz");
 */
export async function gunzipIfNeeded(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    const reader = source.pipeThrough(new DecompressionStream("gzip")).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      total += value.length;
      if (total > MAX_BYTES) throw new RangeError("too large");
      chunks.push(value);
    }
  } catch (error) {
    const why =
      error instanceof RangeError ? `unpacks to more than ${MAX_BYTES} bytes` : "is a damaged gzip file";
    throw new RangeError(`${name}: ${why}; download it again.`);
  }
  const all = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
