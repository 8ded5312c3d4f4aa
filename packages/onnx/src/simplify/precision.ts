import { scalarOf } from "../ir/match.ts";
import type { Rewriter } from "../ir/rewrite.ts";
import type { Node, Value } from "../ir/types.ts";

/** Operators that pass a small number on as a number of similar relative error. */
const passing = [
  "Mul",
  "Neg",
  "Reshape",
  "Transpose",
  "Expand",
  "Where",
  "Slice",
  "Concat",
  "Max",
  "Min",
  "ReduceProd",
];
const relative = ["Log", "Reciprocal", "Sqrt"];
const comparisons = ["Less", "LessOrEqual", "Greater", "GreaterOrEqual"];

/**
 * Whether an absolute error of 1e-7 in a value would show: it does where the value reaches a logarithm, a root, a
 * denominator or a comparison with another value (uniform noise: a rare unit) without anything of order 1 being added on
 * the way.
 */
export function needsRelativePrecision(x: Value, r: Rewriter): boolean {
  const seen = new Set<Value>([x]);
  const stack = [x];
  for (let value = stack.pop(); value; value = stack.pop())
    for (const node of r.readers(value)) {
      if (relative.includes(node.op) || (node.op === "Div" && node.inputs[1] === value)) return true;
      if (comparisons.includes(node.op) && node.inputs.every((y) => scalarOf(y) === undefined)) return true;
      if (!passes(node)) continue;
      const out = node.outputs[0]!;
      if (!seen.has(out)) stack.push(out);
      seen.add(out);
    }
  return false;
}

function passes(node: Node): boolean {
  if (passing.includes(node.op) || node.op === "Div") return true;
  if (node.op !== "Add" && node.op !== "Sub") return false;
  return node.inputs.some((x) => Math.abs(scalarOf(x) ?? 1) < 1e-3);
}
