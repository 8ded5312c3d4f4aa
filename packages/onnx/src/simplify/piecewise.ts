import { besideScalar, bothWays, isScalar, made, scalarOf, under } from "../ir/match.ts";
import { on, type Rule } from "../ir/rewrite.ts";
import type { Value } from "../ir/types.ts";
import { isFloat } from "../ir/types.ts";

/** `max(min(x, high), low)` with low <= high is Clip, and then `min(x, high) < low` is `x < low`. */
export const clip: Rule = on(["Max", "Less"], (node, { b, at }) => {
  const out = node.outputs[0]!;
  if (node.op === "Max" && out.dtype === "float32")
    for (const [inner, bound] of bothWays(node)) {
      const low = scalarOf(bound);
      const minimum = made(inner, "Min");
      if (low === undefined || !minimum) continue;
      for (const [x, other] of bothWays(minimum)) {
        const high = scalarOf(other);
        if (high === undefined || !(low <= high) || bound.shape.length > 0 || other.shape.length > 0)
          continue;
        return b.emit("Clip", [at(x), at(bound), at(other)]);
      }
    }
  if (node.op === "Less") {
    const [inner, bound] = node.inputs as [Value, Value];
    const low = scalarOf(bound);
    const minimum = made(inner, "Min");
    if (low === undefined || !minimum) return undefined;
    for (const [x, other] of bothWays(minimum))
      if ((scalarOf(other) ?? Number.NaN) >= low && other.shape.length === 0)
        return b.emit("Less", [at(x), at(bound)]);
  }
  return undefined;
});

/** `max(x, 0)`. */
export const relu: Rule = on(["Max"], (node, { b, at }) => {
  if (node.outputs[0]!.dtype !== "float32") return undefined;
  for (const [x, zero] of bothWays(node))
    if (isScalar(zero, 0) && zero.shape.length === 0) return b.emit("Relu", [at(x)]);
  return undefined;
});

/** `x < 0 ? -x : x`. */
export const absolute: Rule = on(["Where"], (node, { b, at }) => {
  const [condition, minus, x] = node.inputs as [Value, Value, Value];
  const test = made(condition, "Less");
  if (!test || test.inputs[0] !== x || !isScalar(test.inputs[1], 0)) return undefined;
  return besideScalar(minus, "Mul", -1) === x ? b.emit("Abs", [at(x)]) : undefined;
});

/** `x != x`. */
export const notANumber: Rule = on(["Not"], (node, { b, at }) => {
  const equal = made(node.inputs[0], "Equal");
  const [x, y] = equal?.inputs ?? [];
  return x && x === y && isFloat(x.dtype) ? b.emit("IsNaN", [at(x)]) : undefined;
});

/** NaN for NaN, else `x != 0 ? (x < 0 ? -1 : 1) : 0`. Runs after `notANumber`. */
export const sign: Rule = on(["Where"], (node, { b, at }) => {
  const x = under(node.inputs[0], "IsNaN");
  const outer = made(node.inputs[2], "Where");
  const inner = made(outer?.inputs[1], "Where");
  if (!x || !inner || !Number.isNaN(scalarOf(node.inputs[1]) ?? 0)) return undefined;
  const notZero = made(under(outer!.inputs[0], "Not"), "Equal");
  const negative = made(inner.inputs[0], "Less");
  if (!notZero || bothWays(notZero).every(([a, c]) => a !== x || !isScalar(c, 0))) return undefined;
  if (negative?.inputs[0] !== x || !isScalar(negative.inputs[1], 0)) return undefined;
  const values = [outer!.inputs[2], inner.inputs[1], inner.inputs[2]].map(scalarOf);
  return values.join() === "0,-1,1" ? b.emit("Sign", [at(x)]) : undefined;
});
