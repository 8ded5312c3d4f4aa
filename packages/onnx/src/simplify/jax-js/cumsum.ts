import { isScalar, made } from "../../ir/match.ts";
import { on, type Rule } from "../../ir/rewrite.ts";
import { isFloat, size, type Value } from "../../ir/types.ts";

/**
 * jax-js sums up to each element of the last axis by a mask: n^2 elements for n. It is ONNX's CumSum, and the gradient,
 * which sums from each element on, is CumSum in reverse.
 */
export const cumsum: Rule = on(["ReduceSum"], (node, { b, at }) => {
  if (!isFloat(node.outputs[0]!.dtype)) return undefined;
  const choice = made(node.inputs[0], "Where");
  const [mask, x, zero] = (choice?.inputs ?? []) as [Value, Value, Value];
  const axes = node.attributes.axes as readonly number[];
  if (!choice || axes.length !== 1 || node.attributes.keepdims === 1) return undefined;
  const shape = choice.outputs[0]!.shape;
  const last = shape.length - 1;
  const n = shape[last]!;
  const reverse = axes[0] === last - 1 ? 1 : 0;
  const along = reverse ? last - 1 : last;
  if (axes[0] !== along || !isScalar(zero, 0) || !isTriangle(mask, n)) return undefined;
  // The sum runs over an axis of x, and the other one is x's own copies.
  const copies = reverse ? last : last - 1;
  const given = [...Array(shape.length - x.shape.length).fill(1), ...x.shape];
  if (given[along] !== n || given[copies] !== 1 || size(given) * n !== size(shape)) return undefined;
  const rows = b.reshape(at(x), node.outputs[0]!.shape);
  return b.emit("CumSum", [rows, b.scalar("int64", last - 1)], { exclusive: 0, reverse });
});

/** Ones on and below the diagonal of `[n, n]`. */
function isTriangle({ shape, data }: Value, n: number): boolean {
  if (!data || shape.length !== 2 || shape[0] !== n || shape[1] !== n) return false;
  return data.every((v, i) => v === Number(i % n <= Math.floor(i / n)));
}
