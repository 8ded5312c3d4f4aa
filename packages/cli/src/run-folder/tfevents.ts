import { maskedCrc32c } from "./crc32c.ts";

/** Scalars of one step, as TensorBoard reads them from `events.out.tfevents.*`. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly values: { readonly [tag: string]: number };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const delimited = (field: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes]);

function fixed(field: number, value: number, size: 4 | 8): Uint8Array {
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = field * 8 + (size === 8 ? 1 : 5);
  if (size === 8) bytes.writeDoubleLE(value, 1);
  else bytes.writeFloatLE(value, 1);
  return bytes;
}

/** Frames bytes as a TFRecord: length, CRC of the length, data, CRC of the data. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(16 + data.length);
  bytes.writeBigUInt64LE(BigInt(data.length), 0);
  bytes.writeUInt32LE(maskedCrc32c(bytes.subarray(0, 8)), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return bytes;
}

/** The first record of every events file. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  return record(Buffer.concat([fixed(1, wallTime, 8), delimited(3, Buffer.from("brain.Event:2"))]));
}

/** Scalars as one record: an `Event` with a `Summary` of `Value { tag, simple_value }`. */
export function encodeScalars(event: ScalarEvent): Uint8Array {
  const values = Object.entries(event.values).map(([tag, value]) =>
    delimited(1, Buffer.concat([delimited(1, Buffer.from(tag)), fixed(2, value, 4)])),
  );
  const step = Uint8Array.from([16, ...varint(event.step)]);
  return record(Buffer.concat([fixed(1, event.wallTime, 8), step, delimited(5, Buffer.concat(values))]));
}

/** The records of a file, whole and undamaged, up to the first that is not: a kill can cut the last one. */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at + 16 <= view.length; ) {
    const length = Number(view.readBigUInt64LE(at));
    const end = at + 16 + length;
    if (view.readUInt32LE(at + 8) !== maskedCrc32c(view.subarray(at, at + 8)) || end > view.length) break;
    const data = view.subarray(at + 12, end - 4);
    if (view.readUInt32LE(end - 4) !== maskedCrc32c(data)) break;
    records.push(data);
    at = end;
  }
  return records;
}

/** The step of an `Event` written by this file; 0 for the file version. */
export function eventStep(data: Uint8Array): number {
  if (data[9] !== 16) return 0;
  let step = 0;
  let scale = 1;
  for (let at = 10; at < data.length; at++, scale *= 128) {
    step += (data[at]! & 127) * scale;
    if (data[at]! < 128) break;
  }
  return step;
}
