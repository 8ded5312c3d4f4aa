import { fillOf, isScalar, made } from "../ir/match.ts";
import { on, type Rewriter, type Rule } from "../ir/rewrite.ts";
import { broadcastShapes, isFloat, sameShape, size, type Value } from "../ir/types.ts";

const elementwise = [
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Max",
  "Min",
  "Where",
  "Less",
  "LessOrEqual",
  "Equal",
  "And",
  "Or",
];

const filled = ({ b }: Rewriter, like: Value, number: number): Value =>
  b.expand(b.scalar(like.dtype, number), like.shape);

/** An operand that other operands broadcast anyway need not be filled. */
export const unfilled: Rule = on(elementwise, (node, { b, at }) => {
  const shape = node.outputs[0]!.shape;
  for (const [i, x] of node.inputs.entries()) {
    const source = made(x, "Expand")?.inputs[0];
    if (!source) continue;
    const operands = node.inputs.map((y, j) => (j === i ? source : y));
    const still = operands.reduce<readonly number[]>((s, y) => broadcastShapes(s, y.shape), []);
    if (sameShape(still, shape)) return b.emit(node.op, operands.map(at), node.attributes);
  }
  return undefined;
});

/** `x * 0` is 0, as in jax-js's own compiler, although x may not be finite; so gradients that are cut off vanish. */
export const zeros: Rule = on(["Mul", "MatMul", "Gemm", "ReduceSum"], (node, r) => {
  const out = node.outputs[0]!;
  if (!isFloat(out.dtype)) return undefined;
  if (["Mul", "MatMul", "Gemm"].includes(node.op) && node.inputs.length === 2)
    return node.inputs.some((x) => fillOf(x) === 0) ? filled(r, out, 0) : undefined;
  if (node.op === "ReduceSum" && size(out.shape) > 0 && fillOf(node.inputs[0]!) === 0)
    return filled(r, out, 0);
  return undefined;
});

/** A choice between 1 and 0 is a cast, and a choice between equals is none. */
export const choices: Rule = on(["Where"], (node, { b, at }) => {
  const [condition, x, y] = node.inputs as [Value, Value, Value];
  const { shape, dtype } = node.outputs[0]!;
  if (isScalar(x, 1) && isScalar(y, 0) && sameShape(condition.shape, shape))
    return b.cast(at(condition), dtype);
  const number = fillOf(x);
  if (number !== undefined && Object.is(number, fillOf(y))) return b.expand(b.scalar(dtype, number), shape);
  return x === y && sameShape(x.shape, shape) ? at(x) : undefined;
});
