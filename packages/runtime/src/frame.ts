import { xxHash32 } from "./checksum.ts";

/**
 * The frame of a runtime file, version 1, little-endian:
 * 0 magic "HARDGRAD" · 8 version · 12 xxHash32 of all bytes from 16 on · 16 length of the header · 20 length of the data ·
 * 24 eight zero bytes · 32 the header, JSON in UTF-8, padded with spaces to a multiple of 64 (32 for the first) · the data.
 */
const magic = "HARDGRAD";
const version = 1;
const start = 32;

/** The next multiple of 64. */
export const align = (n: number): number => Math.ceil(n / 64) * 64;

/** A runtime file can't be read: the message says why in one sentence. */
export class RuntimeFileError extends Error {
  override readonly name: string = "RuntimeFileError";
}

/** A file of this header, and of data that `fill` writes. */
export function writeFrame(
  caller: string,
  header: unknown,
  length: number,
  fill: (data: Uint8Array<ArrayBuffer>) => void,
): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const size = align(start + json.length) - start;
  if (start + size + length > 2 ** 32 - 1)
    throw new RangeError(`${caller}: the network is larger than 4 GB.`);
  const bytes = new Uint8Array(start + size + length);
  bytes.set(new TextEncoder().encode(magic));
  bytes.set(json, start);
  bytes.fill(32, start + json.length, start + size);
  fill(bytes.subarray(start + size));
  const view = new DataView(bytes.buffer);
  view.setUint32(8, version, true);
  view.setUint32(16, size, true);
  view.setUint32(20, length, true);
  view.setUint32(12, xxHash32(bytes.subarray(16)), true);
  return bytes;
}

/** Header and data of a file, whose lengths and checksum are right. @throws RuntimeFileError */
export function readFrame(bytes: Uint8Array): { readonly header: unknown; readonly dataStart: number } {
  const dataStart = checkFrame(bytes);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, dataStart));
    return { header: JSON.parse(text), dataStart };
  } catch {
    return refuseFile("its header is not JSON");
  }
}

/** Magic, version, lengths and checksum; returns where the data begins. */
function checkFrame(bytes: Uint8Array): number {
  if (bytes.length < start)
    refuseFile(`it has ${bytes.length} bytes, less than its first ${start}: it is truncated`);
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) refuseFile(`it does not begin with ${magic}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const given = view.getUint32(8, true);
  if (given !== version)
    refuseFile(`its version is ${given}, but this runtime reads version ${version}; export it again`);
  const header = view.getUint32(16, true);
  const length = start + header + view.getUint32(20, true);
  if (bytes.length !== length)
    refuseFile(
      `it has ${bytes.length} bytes, but says it has ${length}: it is ${bytes.length < length ? "truncated" : "too long"}`,
    );
  if ((start + header) % 64 !== 0)
    refuseFile(`its header has ${header} bytes, which leaves the data unaligned`);
  if (view.getUint32(12, true) !== xxHash32(bytes.subarray(16)))
    refuseFile("its checksum is wrong: the file is damaged");
  return start + header;
}

export function refuseFile(why: string): never {
  throw new RuntimeFileError(`This runtime file can't be used: ${why}.`);
}
