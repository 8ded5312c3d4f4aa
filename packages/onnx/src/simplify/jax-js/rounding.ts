import { beside, besideScalar, bothWays, isScalar, made, under } from "../../ir/match.ts";
import { on, type Rule } from "../../ir/rewrite.ts";
import type { Value } from "../../ir/types.ts";

/** jax-js rounds halves to even by `c = floor(a + 1/2)`, less 1 where a is a half and c is odd: ONNX's Round. */
export const round: Rule = on(["Where"], (node, { b, at }) => {
  const [condition, lower, c] = node.inputs as [Value, Value, Value];
  const a = besideScalar(under(c, "Floor"), "Add", 0.5);
  const both = made(condition, "And");
  if (!a || besideScalar(lower, "Add", -1) !== c || !both) return undefined;
  const found = bothWays(both).some(([half, odd]) => isHalf(half, a) && isOdd(odd, c));
  return found ? b.emit("Round", [at(a)]) : undefined;
});

/** `a - floor(a) = 1/2`. */
function isHalf(x: Value, a: Value): boolean {
  const fraction = besideScalar(x, "Equal", 0.5);
  return under(under(beside(fraction, "Add", a), "Neg"), "Floor") === a;
}

/** `((c mod 2) + 2) mod 2 != 0`. */
function isOdd(x: Value, c: Value): boolean {
  const remainder = besideScalar(under(x, "Not"), "Equal", 0);
  return modTwo(besideScalar(modTwo(remainder), "Add", 2)) === c;
}

/** x of `x - 2 trunc(x / 2)`. */
function modTwo(value: Value | undefined): Value | undefined {
  const difference = made(value, "Sub");
  const x = difference?.inputs[0];
  const truncated = made(besideScalar(difference?.inputs[1], "Mul", 2), "Where");
  const quotient = made(under(truncated?.inputs[1], "Ceil"), "Div");
  if (!truncated || quotient?.inputs[0] !== x || !isScalar(quotient?.inputs[1], 2)) return undefined;
  const negative = made(truncated.inputs[0], "Less");
  const same =
    under(truncated.inputs[2], "Floor")?.node === quotient && negative?.inputs[0]?.node === quotient;
  return same && isScalar(negative?.inputs[1], 0) ? x : undefined;
}
