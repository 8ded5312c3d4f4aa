import { expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "../../src/index.ts";

/** A file of parts as they are. */
function file(
  parts: readonly { name: string; dtype: string; shape: number[]; data: ArrayBufferView }[],
): Uint8Array {
  let at = 0;
  const header = Object.fromEntries(
    parts.map(({ name, dtype, shape, data }) => {
      const begin = at;
      at += data.byteLength;
      return [name, { dtype, shape, data_offsets: [begin, at] }];
    }),
  );
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  at = 8 + text.length;
  for (const { data } of parts) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const w = { name: "w", dtype: "I8", shape: [2, 3], data: Int8Array.of(-127, 0, 64, 1, 2, 127) };
const steps = { name: "w.steps", dtype: "F32", shape: [3], data: Float32Array.of(0.5, 2, 0.25) };

test("a matrix of 8 bits is read as its numbers times the steps of its columns", () => {
  const { tensors } = readSafetensors(file([w, steps]));
  expect(tensors).toEqual({ w: { shape: [2, 3], data: Float32Array.of(-63.5, 0, 16, 0.5, 4, 31.75) } });
});

test("without its steps, or with too few, it is damaged", () => {
  expect(() => readSafetensors(file([w]))).toThrow("it is damaged");
  const few = { ...steps, shape: [2], data: Float32Array.of(1, 1) };
  expect(() => readSafetensors(file([w, few]))).toThrow("it is damaged");
});

test("half precision is widened exactly, and float32 comes back as it was", () => {
  const half = { name: "h", dtype: "F16", shape: [4], data: Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff) };
  expect(readSafetensors(file([half])).tensors.h!.data).toEqual(Float32Array.of(1, -2, 2 ** -24, 65504));
  const tensors = { a: { shape: [2], data: Float32Array.of(0.1, -3) } };
  expect(readSafetensors(writeSafetensors(tensors, { by: "us" }))).toEqual({
    tensors,
    metadata: { by: "us" },
  });
});
