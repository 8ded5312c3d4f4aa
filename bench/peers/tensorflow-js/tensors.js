// The safetensors format, float32 only.
import { readFileSync, writeFileSync } from "node:fs";

/** `{ name: { shape, data } }` of a file. */
export function read(path) {
  const bytes = readFileSync(path);
  const size = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + size).toString());
  const arrays = {};
  delete header.__metadata__;
  for (const [name, { shape, data_offsets }] of Object.entries(header)) {
    const [from, to] = data_offsets;
    const data = new Float32Array((to - from) / 4);
    Buffer.from(data.buffer).set(bytes.subarray(8 + size + from, 8 + size + to));
    arrays[name] = { shape, data };
  }
  return arrays;
}

/** Writes tensors of TensorFlow.js. */
export function write(path, tensors) {
  const header = {};
  const chunks = [];
  let offset = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const data = tensor.dataSync();
    header[name] = { dtype: "F32", shape: tensor.shape, data_offsets: [offset, offset + 4 * data.length] };
    chunks.push(Buffer.from(data.buffer, data.byteOffset, 4 * data.length));
    offset += 4 * data.length;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(8 * Math.ceil(json.length / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, ...chunks]));
}
