import type { Tensor } from "../../contract/run.ts";

export type Tensors = { readonly [name: string]: Tensor };

/** What a safetensors file holds: text by name, and tensors, here always as float32. */
export interface Safetensors {
  readonly metadata: { readonly [name: string]: string };
  readonly tensors: Tensors;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Bytes of an element, by type; others are not read. */
const widths: { readonly [dtype: string]: number } = { F32: 4, F16: 2, I8: 1 };

/** Added to the name of a matrix of 8 bits: the steps of its columns, which its whole numbers count. */
const STEPS = ".steps";

/**
 * A safetensors file as bytes: header length, JSON header padded to 8 bytes, data as float32.
 *
 * @see https://huggingface.co/docs/safetensors
 * @example
 * const w = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
 * const file = writeSafetensors({ w }, { format: "pt" });
 */
export function writeSafetensors(tensors: Tensors, metadata: Safetensors["metadata"]): Uint8Array {
  let offset = 0;
  const header: { [name: string]: unknown } = { __metadata__: metadata };
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = 8 * Math.ceil(text.length / 8);
  const bytes = new Uint8Array(8 + length + offset).fill(32, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * What a safetensors file of F32, F16 or I8 holds. Half precision is widened, exactly. A matrix `w` of I8 has the steps of
 * its columns beside it, `w.steps`: it is read as their product, the steps by themselves are not.
 *
 * @throws RangeError, a clause, for bytes of another form: "it is damaged".
 * @example
 * const { tensors, metadata } = readSafetensors(readFileSync("model.safetensors"));
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const damaged = new RangeError("it is damaged");
  if (bytes.length < 8) throw damaged;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (8 + length > bytes.length) throw damaged;
  let header: { [name: string]: Entry };
  let metadata: Safetensors["metadata"];
  try {
    const { __metadata__, ...rest } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    header = rest;
    metadata = __metadata__ ?? {};
  } catch {
    throw damaged;
  }
  const data = bytes.subarray(8 + length);
  const tensors: { [name: string]: Tensor } = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    const [begin, end] = data_offsets;
    const size = shape.reduce((a, b) => a * b, 1);
    const width = widths[dtype];
    if (!width || end - begin !== width * size || begin < 0 || end > data.length) throw damaged;
    const values = new Uint8Array(data.subarray(begin, end)).buffer; // a copy: views of float32 begin at multiples of 4
    tensors[name] = { shape, data: decoded[dtype]!(values) };
  }
  for (const [name, { dtype }] of Object.entries(header)) {
    if (dtype !== "I8") continue;
    const { shape, data: counts } = tensors[name]!;
    const steps = tensors[name + STEPS]?.data;
    const columns = shape.at(-1);
    if (steps?.length !== columns) throw damaged;
    tensors[name] = { shape, data: counts.map((count, i) => count * steps![i % columns!]!) };
    delete tensors[name + STEPS];
  }
  return { metadata, tensors };
}

/**
 * What a checksum of tensors is over, piece by piece: names, shapes and values.
 *
 * @example
 * const pieces = tensorBytes(checkpoint.tensors); // for a hash
 */
export function tensorBytes(tensors: Tensors): readonly Uint8Array[] {
  const text = new TextEncoder();
  return Object.entries(tensors).flatMap(([name, { shape, data }]) => [
    text.encode(`${name}[${shape}]`),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
}

const decoded: { readonly [dtype: string]: (bytes: ArrayBuffer) => Float32Array } = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => widened(new Uint16Array(bytes)),
  I8: (bytes) => Float32Array.from(new Int8Array(bytes)),
};

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
