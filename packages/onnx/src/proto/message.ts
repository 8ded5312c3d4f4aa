import protobuf from "protobufjs/minimal.js";

/**
 * Messages of a table of fields, written and read field by field. protobufjs's own reflection makes a function of text
 * for each message, which a page whose policy forbids `eval` can't do.
 */

/** A field: its number on the wire, and its type: a scalar or the name of a message. Repeated ones are not packed. */
export interface Field {
  readonly id: number;
  readonly type: string;
  readonly repeated?: boolean;
}

/** Fields by name, in the order of their numbers; messages by name. */
export type Messages = { readonly [message: string]: { readonly [field: string]: Field } };

type Fields = { readonly [name: string]: unknown };

/** The wire's type of each scalar. */
const wire: { readonly [type: string]: number } = { int32: 0, int64: 0, float: 5, string: 2, bytes: 2 };

/** The bytes of a message. What it does not have is left out. */
export function encodeMessage(messages: Messages, name: string, message: object): Uint8Array {
  const writer = protobuf.Writer.create();
  writeFields(messages, name, message as Fields, writer);
  return writer.finish();
}

function writeFields(messages: Messages, name: string, message: Fields, writer: protobuf.Writer): void {
  for (const [key, field] of Object.entries(messages[name]!)) {
    const value = message[key];
    if (value === undefined || value === null) continue;
    for (const each of field.repeated ? (value as readonly unknown[]) : [value]) {
      writer.uint32(((field.id << 3) | (wire[field.type] ?? 2)) >>> 0);
      writeValue(messages, field.type, each, writer);
    }
  }
}

function writeValue(messages: Messages, type: string, value: unknown, writer: protobuf.Writer): void {
  if (type === "string") writer.string(value as string);
  else if (type === "bytes") writer.bytes(value as Uint8Array);
  else if (type === "float") writer.float(value as number);
  else if (type === "int32") writer.int32(value as number);
  else if (type === "int64") writer.int64(value as number);
  else {
    writer.fork();
    writeFields(messages, type, value as Fields, writer);
    writer.ldelim();
  }
}

/**
 * A message out of its bytes: repeated fields are arrays, 64-bit integers are numbers, unknown fields are skipped.
 *
 * @throws RangeError for bytes that end too early; Error for others that are no such message.
 */
export function decodeMessage(messages: Messages, name: string, bytes: Uint8Array): object {
  const reader = protobuf.Reader.create(bytes);
  return readFields(messages, name, reader, reader.len);
}

function readFields(messages: Messages, name: string, reader: protobuf.Reader, end: number): object {
  const fields = Object.entries(messages[name]!);
  const message: { [key: string]: unknown } = {};
  for (const [key, { repeated }] of fields) if (repeated) message[key] = [];
  while (reader.pos < end) {
    const tag = reader.uint32();
    const [key, field] = fields.find(([, { id }]) => id === tag >>> 3) ?? [];
    if (!key || !field) {
      reader.skipType(tag & 7);
      continue;
    }
    if (!field.repeated) message[key] = readValue(messages, field.type, reader);
    else {
      const list = message[key] as unknown[];
      const packed = (tag & 7) === 2 && (wire[field.type] ?? 2) !== 2;
      if (!packed) list.push(readValue(messages, field.type, reader));
      else for (const stop = reader.uint32() + reader.pos; reader.pos < stop; ) list.push(readValue(messages, field.type, reader)); // biome-ignore format: one thought
    }
  }
  if (reader.pos !== end) throw new RangeError(`${name}: these bytes end in the middle of a field.`);
  return message;
}

function readValue(messages: Messages, type: string, reader: protobuf.Reader): unknown {
  if (type === "string") return reader.string();
  if (type === "bytes") return reader.bytes();
  if (type === "float") return reader.float();
  if (type === "int32") return reader.int32();
  if (type === "int64") return Number(reader.int64());
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError(`${type}: these bytes end too early.`);
  return readFields(messages, type, reader, end);
}
