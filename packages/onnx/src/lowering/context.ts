import { allocate, type Builder } from "../ir/builder.ts";
import { type DType, isFloat, type Value } from "../ir/types.ts";
import { type Atom, type Equation, promote } from "../jaxpr.ts";
import type { Lazy } from "./lazy.ts";

/** What a rule gets: the equation, its operands, and the graph under construction. */
export interface Context {
  readonly b: Builder;
  readonly eqn: Equation;
  readonly inputs: readonly Lazy[];
}

/** Lowers one equation: one lazy array per output. */
export type Lowering = (c: Context) => Lazy[];

export type Lowerings = { readonly [primitive: string]: Lowering };

/** A primitive, or a use of it, that this package cannot express. The caller adds the place in the function. */
export class Unsupported extends Error {}

/** The result of an equation with one output. */
export const result = (c: Context, value: Value): Lazy[] => [
  { value, shape: c.eqn.outBinders[0]!.aval.shape },
];

/**
 * An operator on integers that onnxruntime has for int32 and not for uint32: the same bits, since both wrap.
 */
export function wrapping(b: Builder, op: string, inputs: readonly Value[]): Value {
  if (inputs[0]!.dtype !== "uint32") return b.emit(op, inputs);
  return viaType(b, "int32", op, inputs);
}

/** Casts, operates and casts back. */
export function viaType(b: Builder, type: DType, op: string, inputs: readonly Value[]): Value {
  const { dtype } = inputs[0]!;
  return b.cast(
    b.emit(
      op,
      inputs.map((x) => b.cast(x, type)),
    ),
    dtype,
  );
}

/** Refuses truth values as operands of arithmetic: jax-js computes them as words of one bit, or not at all. */
export function refuseBool(c: Context): void {
  if (c.eqn.inputs.some((x) => x.aval.dtype === "bool"))
    throw new Unsupported(`${c.eqn.primitive} of bool has no ONNX form; cast to int32 or float32 first`);
}

/**
 * In another type. A float that does not fit in a word becomes the nearest one, and NaN becomes 0, as in WebAssembly;
 * ONNX leaves both open.
 */
export function converted(b: Builder, x: Value, dtype: DType): Value {
  if (!isFloat(x.dtype) || (dtype !== "int32" && dtype !== "uint32")) return b.cast(x, dtype);
  const [low, end] = dtype === "int32" ? [-(2 ** 31), 2 ** 31] : [0, 2 ** 32];
  if (x.data?.length === 1) {
    const fitting = Math.min(Math.max(Math.trunc(x.data[0]!), low), end - 1) || 0;
    return b.constant(dtype, x.shape, allocate(dtype, 1).fill(fitting));
  }
  const number = (n: number): Value => b.scalar(x.dtype, n);
  const known = b.emit("Where", [b.emit("IsNaN", [x]), number(0), x]);
  const inside = b.emit("Min", [b.emit("Max", [known, number(low)]), number(end)]);
  const beyond = b.cast(b.emit("LessOrEqual", [number(end), inside]), "int64");
  return b.cast(b.emit("Sub", [b.cast(inside, "int64"), beyond]), dtype);
}

/** Both operands in the type they are promoted to. */
export function pair(c: Context): [Value, Value] {
  const [x, y] = c.eqn.inputs as [Atom, Atom];
  const type = promote(x.aval, y.aval);
  return [converted(c.b, c.inputs[0]!.value, type), converted(c.b, c.inputs[1]!.value, type)];
}
