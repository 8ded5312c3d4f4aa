import type { DType } from "@hardgrad/onnx/graph";
import type { Storage } from "./views.ts";

/** Types of the elements of a program's arguments and results. */
export type ElementType = "float32" | "int32" | "uint32" | "bool" | "uint8";

/** Elements, row by row. */
export type Elements = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** An array outside of a program's memory. */
export interface PlainTensor {
  readonly shape: readonly number[];
  /** A `Uint8Array` (pixels, labels) is seen by a traced function as float32 of the same numbers. */
  readonly data: Elements;
  /** Says that a `Uint8Array` of 0 and 1 holds truth values. */
  readonly dtype?: "bool";
}

/** Arrays by name. */
export type PlainTensors = { readonly [name: string]: PlainTensor };

/**
 * The type of an array's elements.
 *
 * @example
 * dtypeOf({ shape: [2], data: Int32Array.of(1, 2) }); // "int32"
 */
export function dtypeOf({ data, dtype }: PlainTensor): ElementType {
  if (dtype) return dtype;
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Uint32Array ? "uint32" : "uint8";
}

/**
 * Names, types and shapes: arrays of equal signatures can share a compiled function.
 *
 * @example
 * signatureOf({ x: { shape: [2], data: Float32Array.of(1, 2) } }); // "x:float32[2] "
 */
export function signatureOf(arrays: PlainTensors): string {
  let text = "";
  for (const name in arrays) text += `${name}:${dtypeOf(arrays[name]!)}[${arrays[name]!.shape}] `;
  return text;
}

/** Type and shape of an argument: all that tracing needs. A class, because plain objects are trees to jax-js. */
export class AbstractArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly weakType = false;
  constructor(shape: readonly number[], dtype: ElementType) {
    this.shape = shape;
    // Bytes are float32 to a traced function.
    this.dtype = dtype === "uint8" ? "float32" : dtype;
  }
}

/** The elements of a storage in a program's memory. */
export function numbers(buffer: ArrayBufferLike, { dtype, address, length }: Storage): Elements {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, address, length);
    case "uint32":
      return new Uint32Array(buffer, address, length);
    case "uint8":
      return new Uint8Array(buffer, address, length);
    default:
      return new Int32Array(buffer, address, length);
  }
}

/** Writes elements to a program's memory, where truth values are -1 and 0. */
export function write(to: Elements, from: ArrayLike<number>, dtype: DType): void {
  if (dtype !== "bool") to.set(from);
  else for (let i = 0; i < to.length; i++) to[i] = from[i] ? -1 : 0;
}

/** A copy of elements of a program's memory. */
export function copied(from: Elements, dtype: DType): Elements {
  return dtype === "bool" ? Uint8Array.from(from, (x) => (x === 0 ? 0 : 1)) : from.slice();
}
