import type { Value } from "../ir/types.ts";
import { isFloat } from "../ir/types.ts";
import { type Context, pair, type Rule, type Rules, result, viaType, wrapping } from "./context.ts";

const binary =
  (op: string, logical: string): Rule =>
  (c) => {
    const [x, y] = pair(c);
    return result(c, x.dtype === "bool" ? c.b.emit(logical, [x, y]) : wrapping(c.b, op, [x, y]));
  };

const extreme =
  (op: string, logical: string): Rule =>
  (c) => {
    const [x, y] = pair(c);
    return result(c, c.b.emit(x.dtype === "bool" ? logical : op, [x, y]));
  };

const unary =
  (op: string): Rule =>
  (c) =>
    result(c, c.b.emit(op, [c.inputs[0]!.value]));

/** Towards zero. ONNX has no such operator. */
function truncated(c: Context, x: Value): Value {
  const { b } = c;
  const negative = b.emit("Less", [x, b.scalar(x.dtype, 0)]);
  return b.emit("Where", [negative, b.emit("Ceil", [x]), b.emit("Floor", [x])]);
}

const compare: Rule = (c) => {
  const { b } = c;
  let [x, y] = pair(c);
  const { op } = c.eqn.params as { op: "less" | "equal" | "not_equal" | "less_equal" };
  const ordered = op === "less" || op === "less_equal";
  if (x.dtype === "uint32") [x, y] = [b.cast(x, "int64"), b.cast(y, "int64")];
  if (x.dtype === "bool" && ordered) [x, y] = [b.cast(x, "int32"), b.cast(y, "int32")];
  if (op === "less") return result(c, b.emit("Less", [x, y]));
  if (op === "less_equal") return result(c, b.emit("LessOrEqual", [x, y]));
  const equal = b.emit("Equal", [x, y]);
  return result(c, op === "equal" ? equal : b.emit("Not", [equal]));
};

const where: Rule = (c) => {
  const { b } = c;
  const type = c.eqn.outBinders[0]!.aval.dtype;
  const condition = c.inputs[0]!.value;
  const [x, y] = [b.cast(c.inputs[1]!.value, type), b.cast(c.inputs[2]!.value, type)];
  if (type === "bool") {
    const yes = b.emit("And", [condition, x]);
    return result(c, b.emit("Or", [yes, b.emit("And", [b.emit("Not", [condition]), y])]));
  }
  if (type !== "uint32") return result(c, b.emit("Where", [condition, x, y]));
  return result(c, b.cast(b.emit("Where", [condition, b.cast(x, "int32"), b.cast(y, "int32")]), type));
};

const divide: Rule = (c) => {
  const [x, y] = pair(c);
  if (isFloat(x.dtype)) return result(c, truncated(c, c.b.emit("Div", [x, y])));
  return result(c, x.dtype === "uint32" ? viaType(c.b, "int64", "Div", [x, y]) : c.b.emit("Div", [x, y]));
};

/** The sign of the dividend; for floats x - y trunc(x / y), as jax-js computes it. */
const modulo: Rule = (c) => {
  const { b } = c;
  const [x, y] = pair(c);
  if (!isFloat(x.dtype)) return result(c, b.emit("Mod", [x, y], { fmod: x.dtype === "uint32" ? 0 : 1 }));
  const quotient = truncated(c, b.emit("Div", [x, y]));
  return result(c, b.emit("Sub", [x, b.emit("Mul", [quotient, y])]));
};

const cast: Rule = (c) => {
  const x = c.inputs[0]!.value;
  const { dtype } = c.eqn.params as { dtype: Value["dtype"] };
  // A negative float becomes 0 in jax-js, and is undefined in ONNX.
  const clipped = isFloat(x.dtype) && dtype === "uint32" ? c.b.emit("Max", [x, c.b.scalar(x.dtype, 0)]) : x;
  return result(c, c.b.cast(clipped, dtype));
};

const negate: Rule = (c) => result(c, wrapping(c.b, "Neg", [c.inputs[0]!.value]));

const identity: Rule = (c) => result(c, c.inputs[0]!.value);

/** The complement 1 - erf(x) loses relative precision where it is small; the absolute error stays below 1e-7. */
const erfc: Rule = (c) => {
  const x = c.inputs[0]!.value;
  return result(c, c.b.emit("Sub", [c.b.scalar(x.dtype, 1), c.b.emit("Erf", [x])]));
};

export const elementwise: Rules = {
  add: binary("Add", "Or"),
  mul: binary("Mul", "And"),
  min: extreme("Min", "And"),
  max: extreme("Max", "Or"),
  idiv: divide,
  mod: modulo,
  neg: negate,
  reciprocal: unary("Reciprocal"),
  floor: unary("Floor"),
  ceil: unary("Ceil"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  asin: unary("Asin"),
  atan: unary("Atan"),
  exp: unary("Exp"),
  log: unary("Log"),
  sqrt: unary("Sqrt"),
  erf: unary("Erf"),
  erfc,
  stop_gradient: identity,
  cast,
  compare,
  where,
};
