import { lower } from "./lower.ts";
import type { Traceable } from "./trace.ts";

/** An ONNX model of a jax-js function, for arguments of the types and shapes of the examples. */
export function toOnnx(fn: Traceable, ...exampleArgs: unknown[]): Uint8Array {
  return lower(fn, exampleArgs).model;
}
