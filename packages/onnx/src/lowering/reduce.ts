import type { Builder } from "../ir/builder.ts";
import type { DType, Value } from "../ir/types.ts";
import { isFloat } from "../ir/types.ts";
import { type Context, type Lowering, type Lowerings, refuseBool, result } from "./context.ts";
import { filled, lazyAxes } from "./lazy.ts";

const operators = { Add: "ReduceSum", Mul: "ReduceProd", Min: "ReduceMin", Max: "ReduceMax" } as const;

/** A type in which onnxruntime reduces integers as jax-js does: sums of int64 do not saturate, and int32 wraps. */
const carrier = (dtype: DType, op: keyof typeof operators): DType =>
  isFloat(dtype) ? dtype : op === "Add" ? "int64" : "int32";

/** Reduces axes away. */
export function reduceAxes(c: Context, op: keyof typeof operators, x: Value, axes: readonly number[]): Value {
  const { b } = c;
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const long = axes.filter((axis) => x.shape[axis] !== 1);
  if (long.length === 0) return b.reshape(x, kept);
  if (op === "Mul" && !isFloat(x.dtype)) return b.reshape(product(b, x, long), kept);
  const type = carrier(x.dtype, op);
  // Words less 2^31 have the order of int32 (onnxruntime's own of int64 goes wrong above 2^31).
  const shift = x.dtype === "uint32" && (op === "Min" || op === "Max");
  const moved = (v: Value): Value => (shift ? b.emit("Add", [v, b.scalar("int32", -(2 ** 31))]) : v);
  const reduced = b.emit(operators[op], [moved(b.cast(x, type))], { axes: [...axes], keepdims: 0 });
  return b.cast(moved(reduced), x.dtype);
}

/** Of words, which wrap; onnxruntime's ReduceProd saturates. Halves are multiplied, and what is odd in the end. */
function product(b: Builder, x: Value, axes: readonly number[]): Value {
  let words = b.cast(x, "int32");
  for (const axis of axes) {
    const part = (start: number, end: number): Value =>
      b.emit("Slice", [words], { axes: [axis], starts: [start], ends: [end], steps: [1] });
    const odd: Value[] = [];
    for (let n = words.shape[axis]!; n > 1; n = words.shape[axis]!) {
      const half = n >> 1;
      if (n % 2 === 1) odd.push(part(n - 1, n));
      words = b.emit("Mul", [part(0, half), part(half, 2 * half)]);
    }
    words = odd.reduce((all, one) => b.emit("Mul", [all, one]), words);
  }
  return b.cast(words, x.dtype);
}

const reduce: Lowering = (c) => {
  const { b } = c;
  const x = c.inputs[0]!;
  const { op, axis } = c.eqn.params as { op: keyof typeof operators; axis: number[] };
  // jax-js 0.1.25 counts in a truth value, which ONNX does not hold.
  if (op === "Add" || op === "Mul") refuseBool(c);
  const copies = lazyAxes(x).filter((a) => axis.includes(a));
  if (op === "Mul" || (op === "Add" && !isFloat(x.value.dtype)))
    return result(c, reduceAxes(c, op, filled(b, x, copies), axis));
  const reduced = reduceAxes(c, op, x.value, axis);
  const count = copies.reduce((n, a) => n * x.shape[a]!, 1);
  if (op !== "Add" || count === 1) return result(c, reduced);
  return result(c, b.emit("Mul", [reduced, b.scalar(reduced.dtype, count)]));
};

export const reductions: Lowerings = { reduce };
