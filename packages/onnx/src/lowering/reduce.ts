import type { DType, Value } from "../ir/types.ts";
import { isFloat } from "../ir/types.ts";
import { type Context, type Rule, type Rules, result } from "./context.ts";
import { filled, lazyAxes } from "./lazy.ts";

const operators = { Add: "ReduceSum", Mul: "ReduceProd", Min: "ReduceMin", Max: "ReduceMax" } as const;

/**
 * A type in which onnxruntime reduces integers as jax-js does: int64 has room for the sums of int32 and the order of
 * uint32, and its low 32 bits are the wrapped result.
 */
function carrier(dtype: DType, op: keyof typeof operators): DType {
  if (dtype === "bool") return "int32";
  const kept = isFloat(dtype) || (dtype === "int32" && (op === "Min" || op === "Max"));
  return kept ? dtype : "int64";
}

/** Reduces axes away. */
export function reduceAxes(c: Context, op: keyof typeof operators, x: Value, axes: readonly number[]): Value {
  const { b } = c;
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const long = axes.filter((axis) => x.shape[axis] !== 1);
  if (long.length === 0) return b.reshape(x, kept);
  const type = carrier(x.dtype, op);
  return b.cast(b.emit(operators[op], [b.cast(x, type)], { axes: [...axes], keepdims: 0 }), x.dtype);
}

const reduce: Rule = (c) => {
  const { b } = c;
  const x = c.inputs[0]!;
  const { op, axis } = c.eqn.params as { op: keyof typeof operators; axis: number[] };
  const copies = lazyAxes(x).filter((a) => axis.includes(a));
  if (op === "Mul" || (op === "Add" && !isFloat(x.value.dtype)))
    return result(c, reduceAxes(c, op, filled(b, x, copies), axis));
  const reduced = reduceAxes(c, op, x.value, axis);
  const count = copies.reduce((n, a) => n * x.shape[a]!, 1);
  if (op !== "Add" || count === 1) return result(c, reduced);
  return result(c, b.emit("Mul", [reduced, b.scalar(reduced.dtype, count)]));
};

export const reductions: Rules = { reduce };
