import type { Builder } from "../ir/builder.ts";
import type { DType, Value } from "../ir/types.ts";
import { type Atom, type Equation, promote } from "../jaxpr.ts";
import { filled, type Lazy } from "./lazy.ts";

/** What a rule gets: the equation, its operands, and the graph under construction. */
export interface Context {
  readonly b: Builder;
  readonly eqn: Equation;
  readonly inputs: readonly Lazy[];
}

/** Lowers one equation: one lazy array per output. */
export type Rule = (c: Context) => Lazy[];

export type Rules = { readonly [primitive: string]: Rule };

/** A primitive, or a use of it, that this package cannot express. The caller adds the place in the function. */
export class Unsupported extends Error {}

/** The operands without broadcast axes. */
export const dense = (c: Context): Value[] => c.inputs.map((x) => filled(c.b, x));

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

/** Both operands in the type they are promoted to. */
export function pair(c: Context): [Value, Value] {
  const [x, y] = c.eqn.inputs as [Atom, Atom];
  const type = promote(x.aval, y.aval);
  return [c.b.cast(c.inputs[0]!.value, type), c.b.cast(c.inputs[1]!.value, type)];
}
