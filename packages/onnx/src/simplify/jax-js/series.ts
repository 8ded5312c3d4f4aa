import { besideScalar, bothWays, isScalar, made, scalarOf, under } from "../../ir/match.ts";
import { on, type Rule } from "../../ir/rewrite.ts";
import type { Value } from "../../ir/types.ts";

/** Coefficients of jax-js's series of log1p, after the leading one. */
const coefficients = [1 / 9, -1 / 8, 1 / 7, -1 / 6, 1 / 5, -1 / 4, 1 / 3, -1 / 2, 1];

/**
 * jax-js computes log1p by a series of ten terms near 0 and by `log(x + 1)` elsewhere. With u = fl(1 + x) and
 * d = u - 1 it is `log(u) - (d - x) / u` to float32's precision, a third of the operators; where d = x (also at
 * -1 and at infinity) the correction is left out.
 */
export const log1p: Rule = on(["Where"], (node, { b, at }) => {
  if (node.outputs[0]!.dtype !== "float32") return undefined;
  const [, series, log] = node.inputs as [Value, Value, Value];
  const x = besideScalar(under(log, "Log"), "Add", 1);
  const test = made(node.inputs[0], "LessOrEqual");
  if (!x || !test || !isMagnitude(test.inputs[0], x) || !isSeries(series, x)) return undefined;
  const one = b.scalar("float32", 1);
  const u = b.emit("Add", [at(x), one]);
  const d = b.emit("Sub", [u, one]);
  const plain = b.emit("Log", [u]);
  const correction = b.emit("Div", [b.emit("Sub", [d, at(x)]), u]);
  return b.emit("Where", [b.emit("Equal", [d, at(x)]), plain, b.emit("Sub", [plain, correction])]);
});

const isMagnitude = (y: Value | undefined, x: Value): boolean =>
  under(y, "Abs") === x || made(y, "Where")?.inputs[2] === x;

/** Horner's scheme over the clipped argument: `((c0 s + c1) s + c2) s ... s`. */
function isSeries(value: Value, x: Value): boolean {
  const outer = made(value, "Mul");
  for (const [rest, s] of outer ? bothWays(outer) : []) {
    if (!isClipped(s, x)) continue;
    let current = rest;
    const found = [...coefficients].reverse().every((c) => {
      const term = besideScalar(current, "Add", Math.fround(c));
      const product = made(term, "Mul");
      const next = product && bothWays(product).find(([, y]) => y === s)?.[0];
      if (next) current = next;
      return next !== undefined;
    });
    if (found && isScalar(current, Math.fround(-1 / 10))) return true;
  }
  return false;
}

function isClipped(s: Value, x: Value): boolean {
  const node = s.node;
  if (node?.op === "Clip") return node.inputs[0] === x;
  const minimum = node?.op === "Max" ? node.inputs.map((y) => made(y, "Min")).find((y) => y) : undefined;
  return minimum?.inputs.includes(x) === true && minimum.inputs.some((y) => scalarOf(y) !== undefined);
}
