import { bothWays, made, scalarOf, under } from "../ir/match.ts";
import { on, type Rule } from "../ir/rewrite.ts";
import { isFloat } from "../ir/types.ts";

/** Minus signs move outwards until an addition takes them up as a subtraction. All steps are exact. */
export const signs: Rule = on(
  ["Add", "Sub", "Neg", "Mul", "Div", "ReduceSum", "Reshape", "Transpose"],
  (node, r) => {
    const out = node.outputs[0]!;
    if (!isFloat(out.dtype)) return undefined;
    const { b, at, uses } = r;
    const once = (x: typeof out): boolean => uses(x) === 1;
    const negated = (x: typeof out): typeof out | undefined => under(x, "Neg");
    switch (node.op) {
      case "Add":
        for (const [x, y] of bothWays(node)) {
          const minus = negated(y);
          if (minus) return b.emit("Sub", [at(x), at(minus)]);
        }
        return undefined;
      case "Sub": {
        const [x, y] = node.inputs as [typeof out, typeof out];
        const minus = negated(y);
        if (minus) return b.emit("Add", [at(x), at(minus)]);
        return undefined;
      }
      case "Neg": {
        const [x] = node.inputs as [typeof out];
        const inner = negated(x);
        if (inner) return at(inner);
        const difference = made(x, "Sub");
        if (difference && once(x))
          return b.emit("Sub", [at(difference.inputs[1]!), at(difference.inputs[0]!)]);
        const product = made(x, "Mul");
        if (!product || !once(x)) return undefined;
        for (const [y, c] of bothWays(product)) {
          const number = scalarOf(c);
          if (number !== undefined)
            return b.emit("Mul", [at(y), b.constant(out.dtype, c.shape, Float32Array.of(-number))]);
        }
        return undefined;
      }
      case "Mul":
      case "Div":
        for (const [x, y] of bothWays(node)) {
          const minus = negated(x);
          const number = scalarOf(y);
          if (minus && number !== undefined && node.op === "Mul")
            return b.emit("Mul", [at(minus), b.constant(out.dtype, y.shape, Float32Array.of(-number))]);
          if (minus && once(x)) {
            const operands = node.inputs.map((z) => at(z === x ? minus : z));
            return b.emit("Neg", [b.emit(node.op, operands)]);
          }
          // The -1 may have more axes than x.
          if (node.op === "Mul" && number === -1) return b.reshape(b.emit("Neg", [at(x)]), out.shape);
        }
        return undefined;
      case "ReduceSum":
      case "Reshape":
      case "Transpose": {
        const minus = negated(node.inputs[0]!);
        if (!minus || !once(node.inputs[0]!)) return undefined;
        return b.emit("Neg", [b.emit(node.op, [at(minus)], node.attributes)]);
      }
    }
    return undefined;
  },
);

/** `x * (1 / y)` is one division, unless the reciprocal serves several products. */
export const divisions: Rule = on(["Mul"], (node, { b, at, uses }) => {
  for (const [x, y] of bothWays(node)) {
    const divisor = under(y, "Reciprocal");
    if (divisor && uses(y) === 1) return b.emit("Div", [at(x), at(divisor)]);
  }
  return undefined;
});
