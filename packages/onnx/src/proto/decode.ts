import { Model, type ModelProto } from "./schema.ts";

/** Reads a model back, with numbers in place of 64-bit integers. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return Model.toObject(Model.decode(bytes), { longs: Number, arrays: true, objects: true }) as ModelProto;
}
