import { bothWays, fillOf, made, scalarOf } from "../ir/match.ts";
import { on, type Rule } from "../ir/rewrite.ts";
import { isFloat, sameShape, size } from "../ir/types.ts";

/** `x + 0`, `x * 1`, and chains of numbers. */
export const identities: Rule = on(["Add", "Mul"], (node, { b, at, uses }) => {
  const out = node.outputs[0]!;
  if (!isFloat(out.dtype)) return undefined;
  const neutral = { Add: 0, Mul: 1 }[node.op];
  if (neutral === undefined) return undefined;
  for (const [x, c] of bothWays(node)) {
    if (fillOf(c) === neutral)
      return size(x.shape) === size(out.shape) ? b.reshape(at(x), out.shape) : b.expand(at(x), out.shape);
    const number = scalarOf(c);
    if (number === undefined || size(x.shape) !== size(out.shape)) continue;
    // (x * p) * q, and (x + p) + q where p and q do not cancel.
    const inner = made(x, node.op);
    if (!inner || uses(x) > 1) continue;
    for (const [y, d] of bothWays(inner)) {
      const other = scalarOf(d);
      if (other === undefined || size(y.shape) !== size(out.shape)) continue;
      if (node.op === "Add" && other * number < 0) continue;
      const joined = Math.fround(node.op === "Add" ? number + other : number * other);
      // The product must neither overflow nor lose bits to underflow.
      if (node.op === "Mul" && !(Math.abs(joined) > 1e-30 && Math.abs(joined) < 1e30)) continue;
      return b.reshape(b.emit(node.op, [at(y), b.scalar(out.dtype, joined)]), out.shape);
    }
  }
  return undefined;
});

/** Operators that change nothing, and casts there and back. */
export const noOperation: Rule = on(
  ["Cast", "Expand", "Max", "Min", "And", "Or", "Not"],
  (node, { b, at }) => {
    const [x] = node.inputs;
    const out = node.outputs[0]!;
    if (node.op === "Cast") {
      if (x!.dtype === out.dtype) return at(x!);
      const inner = made(x, "Cast");
      const words = ["int32", "uint32"];
      if (
        inner &&
        words.includes(x!.dtype) &&
        words.includes(inner.inputs[0]!.dtype) &&
        words.includes(out.dtype)
      )
        return b.cast(at(inner.inputs[0]!), out.dtype);
    }
    if (node.op === "Expand" && sameShape(x!.shape, out.shape)) return at(x!);
    if (
      (node.op === "Max" || node.op === "Min" || node.op === "And" || node.op === "Or") &&
      node.inputs[1] === x
    )
      return at(x!);
    if (node.op === "Not") {
      const inner = made(x, "Not");
      if (inner) return at(inner.inputs[0]!);
    }
    return undefined;
  },
);
