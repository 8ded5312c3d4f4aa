import { bothWays, made, under } from "../../ir/match.ts";
import { on, type Rewriter, type Rule } from "../../ir/rewrite.ts";
import { sameShape, type Value } from "../../ir/types.ts";

/** Where nothing else reads the exponentials (no gradient does), a softmax is one operator. */
export const softmax: Rule = on(["Mul"], (node, r) => {
  for (const [e, reciprocal] of bothWays(node)) {
    const total = under(reciprocal, "Reciprocal");
    const axis = total && summedAxis(total, e);
    const x = axis === undefined ? undefined : shifted(under(e, "Exp"), axis);
    if (x && r.uses(e) === 2 && r.uses(reciprocal) === 1) return emit(r, "Softmax", x, axis!);
  }
  return undefined;
});

/** `s - log(sum(exp(s)))` with s = x - max(x). */
export const logSoftmax: Rule = on(["Add"], (node, r) => {
  for (const [s, minus] of bothWays(node)) {
    const total = under(under(minus, "Neg"), "Log");
    const e = exponentials(total);
    const axis = total && e && summedAxis(total, e);
    if (axis === undefined || under(e, "Exp") !== s || r.uses(e!) !== 1) continue;
    const x = shifted(s, axis);
    if (x) return emit(r, "LogSoftmax", x, axis);
  }
  return undefined;
});

const emit = ({ b, at }: Rewriter, op: string, x: Value, axis: number): Value =>
  b.emit(op, [at(x)], { axis });

/** The operand of a sum, with the reshape that keeps its axis. */
function exponentials(total: Value | undefined): Value | undefined {
  return under(total, "ReduceSum") ?? under(under(total, "Reshape"), "ReduceSum");
}

/** The one axis over which `total` sums `x`, if it keeps that axis with length 1. */
const summedAxis = (total: Value, x: Value): number | undefined => keptAxis(total, x, "ReduceSum");

function keptAxis(value: Value, x: Value, op: string): number | undefined {
  const reduction = made(value, op) ?? made(under(value, "Reshape") && value.node?.inputs[0], op);
  const axes = reduction?.attributes.axes as readonly number[] | undefined;
  if (reduction?.inputs[0] !== x || axes?.length !== 1) return undefined;
  const kept = x.shape.map((d, axis) => (axis === axes[0] ? 1 : d));
  return sameShape(value.shape, kept) ? axes[0] : undefined;
}

/** x of `x - max(x)` along that axis. */
function shifted(s: Value | undefined, axis: number): Value | undefined {
  const sum = made(s, "Add");
  if (!sum) return undefined;
  return bothWays(sum).find(([x, minus]) => {
    const largest = under(minus, "Neg");
    return largest !== undefined && keptAxis(largest, x, "ReduceMax") === axis;
  })?.[0];
}
