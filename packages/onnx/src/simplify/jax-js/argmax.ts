import { bothWays, made, scalarOf, under } from "../../ir/match.ts";
import { on, type Rule } from "../../ir/rewrite.ts";
import type { Value } from "../../ir/types.ts";

/**
 * jax-js finds the first largest entry as `n - max([x = max x] (n, n-1, ..., 1))`: ONNX's ArgMax (and ArgMin). Runs
 * after constants are folded.
 */
export const argmax: Rule = on(["Add"], (node, { b, at }) => {
  if (node.outputs[0]!.dtype !== "int32") return undefined;
  for (const [length, minus] of bothWays(node)) {
    const n = scalarOf(length);
    const score = under(minus, "Neg");
    const reduction =
      made(score, "ReduceMax") ?? made(under(score, "Reshape") && score!.node!.inputs[0], "ReduceMax");
    const axes = reduction?.attributes.axes as readonly number[] | undefined;
    const product = made(reduction?.inputs[0], "Mul");
    if (n === undefined || axes?.length !== 1 || !product) continue;
    for (const [flag, countdown] of bothWays(product)) {
      if (!countsDown(countdown, n)) continue;
      const equal = made(under(flag, "Cast"), "Equal");
      for (const [x, extreme] of equal ? bothWays(equal) : []) {
        const op = extremeOf(extreme, x, axes[0]!);
        if (!op || x.shape[axes[0]!] !== n) continue;
        const index = b.emit(op, [at(x)], { axis: axes[0]!, keepdims: 0 });
        return b.reshape(b.cast(index, "int32"), node.outputs[0]!.shape);
      }
    }
  }
  return undefined;
});

function countsDown({ data }: Value, n: number): boolean {
  return data?.length === n && Array.from(data).every((v, i) => v === n - i);
}

function extremeOf(value: Value, x: Value, axis: number): "ArgMax" | "ArgMin" | undefined {
  const reduction = (under(value, "Reshape") ?? value).node;
  const axes = reduction?.attributes.axes as readonly number[] | undefined;
  if (reduction?.inputs[0] !== x || axes?.length !== 1 || axes[0] !== axis) return undefined;
  if (reduction.op === "ReduceMax") return "ArgMax";
  return reduction.op === "ReduceMin" ? "ArgMin" : undefined;
}
