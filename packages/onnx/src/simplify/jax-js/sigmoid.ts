import { besideScalar, bothWays, made, scalarOf, under } from "../../ir/match.ts";
import { on, type Rewriter, type Rule } from "../../ir/rewrite.ts";
import type { Value } from "../../ir/types.ts";
import { needsRelativePrecision } from "../precision.ts";

/** x of `1 / (exp(-x) + 1)`. */
const argument = (r: Value): Value | undefined =>
  under(under(besideScalar(under(r, "Reciprocal"), "Add", 1), "Exp"), "Neg");

/**
 * onnxruntime's Sigmoid is right to 2e-7 and is 0 below -18: the same to float32's precision near 1, unless small
 * probabilities are looked at through a logarithm or a quotient.
 */
export const sigmoid: Rule = on(["Reciprocal"], (node, r) => {
  const out = node.outputs[0]!;
  const x = argument(out);
  if (!x || needsRelativePrecision(out, r)) return undefined;
  return r.b.emit("Sigmoid", [r.at(x)]);
});

/** The gradient as jax-js transposes it, `-(e (-(s s) g))` with e = exp(-x), is `g s (1 - s)`. */
export const sigmoidGradient: Rule = on(["Neg"], (node, r) => {
  const out = node.outputs[0]!;
  const product = made(under(out, "Neg"), "Mul");
  for (const [e, rest] of product ? bothWays(product) : []) {
    const x = under(under(e, "Exp"), "Neg");
    const inner = made(rest, "Mul");
    for (const [minus, g] of x && inner ? bothWays(inner) : []) {
      const squared = made(under(minus, "Neg"), "Mul");
      const s = squared?.inputs[0];
      if (!s || squared.inputs[1] !== s || argument(s) !== x) continue;
      if (needsRelativePrecision(s, r) || needsRelativePrecision(out, r)) return undefined;
      return r.b.emit("Mul", [r.at(g), slope(r, x!)]);
    }
  }
  return undefined;
});

function slope({ b, at }: Rewriter, x: Value): Value {
  const s = b.emit("Sigmoid", [at(x)]);
  return b.emit("Mul", [s, b.emit("Sub", [b.scalar(s.dtype, 1), s])]);
}

/** Clipping where a sigmoid has no more to say: at most 2e-9 from 0 or 1. */
export const clippedSigmoid: Rule = on(["Sigmoid"], (node, { b, at }) => {
  const clip = made(node.inputs[0], "Clip");
  if (!clip) return undefined;
  const [low, high] = [scalarOf(clip.inputs[1]), scalarOf(clip.inputs[2])];
  if (low === undefined || high === undefined || low > -20 || high < 20) return undefined;
  return b.emit("Sigmoid", [at(clip.inputs[0]!)]);
});
