/**
 * The intermediate representation: ONNX operators over values whose type and full shape are known. What ONNX passes
 * as small integer tensors (axes, shapes, pads) is an attribute here; only the encoder makes tensors of it.
 */

/** Types of elements. */
export type DType = "float32" | "float64" | "float16" | "int32" | "int64" | "uint32" | "uint8" | "bool";

/** Elements of a constant, row by row; int64 is kept as `Int32Array`, bool as `Uint8Array`, float16 as its bits. */
export type ConstantData = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array | Uint16Array;

/** An array in a graph: told apart from others by identity. */
export interface Value {
  readonly id: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** What computes it; undefined for inputs and constants. */
  readonly node?: Node;
  readonly data?: ConstantData;
  /** Set on inputs, and on constants that have a name of their own. */
  readonly name?: string;
}

/** What ONNX passes to an operator beside its operands. */
export type Attribute = number | string | readonly number[];
/** Attributes by name. */
export type Attributes = { readonly [name: string]: Attribute };

/** An operator at work. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** Of nodes that a builder made: equal ones have equal keys. */
  readonly key?: string;
}

/** Operators between inputs and outputs. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** In an order in which they can run. */
  readonly nodes: readonly Node[];
  /** Names of the axes of inputs and outputs whose length is free. */
  readonly symbols?: ReadonlyMap<Value, readonly (string | undefined)[]>;
}

/** Elements of an array of this shape. */
export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Whether two shapes are equal. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** The shape two arrays broadcast to, aligned at the last axis. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new RangeError(`Shapes [${a}] and [${b}] do not broadcast: axis ${i} has ${x} and ${y}.`);
    return x === 1 ? y : x;
  });
}

/** Whether a type is of floating-point numbers. */
export const isFloat = (dtype: DType): boolean => dtype.startsWith("float");
