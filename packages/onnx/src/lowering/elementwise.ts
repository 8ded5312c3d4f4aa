import type { Value } from "../ir/types.ts";
import { isFloat } from "../ir/types.ts";
import type { Aval } from "../jaxpr.ts";
import {
  type Context,
  converted,
  type Lowering,
  type Lowerings,
  pair,
  refuseBool,
  result,
  Unsupported,
  viaType,
  wrapping,
} from "./context.ts";

/** Elementwise operations: one ONNX node each, where booleans need none of their own. */

const binary =
  (op: string, logical: string): Lowering =>
  (c) => {
    const [x, y] = pair(c);
    return result(c, x.dtype === "bool" ? c.b.emit(logical, [x, y]) : wrapping(c.b, op, [x, y]));
  };

const extreme =
  (op: string, logical: string): Lowering =>
  (c) => {
    const [x, y] = pair(c);
    return result(c, c.b.emit(x.dtype === "bool" ? logical : op, [x, y]));
  };

const unary =
  (op: string): Lowering =>
  (c) => {
    const x = c.inputs[0]!.value;
    if (!isFloat(x.dtype))
      throw new Unsupported(`${c.eqn.primitive} of ${x.dtype} has no ONNX form; cast to float32 first`);
    return result(c, c.b.emit(op, [x]));
  };

/** jax-js 0.1.25 refuses them eagerly, and computes `round` of integers wrongly with them. */
const whole =
  (op: string): Lowering =>
  (c) => {
    const { dtype } = c.inputs[0]!.value;
    if (!isFloat(dtype))
      throw new Unsupported(
        `${c.eqn.primitive} of ${dtype}, which is whole already; leave it (or round) out`,
      );
    return unary(op)(c);
  };

/** Towards zero. ONNX has no such operator. */
function truncated(c: Context, x: Value): Value {
  const { b } = c;
  const negative = b.emit("Less", [x, b.scalar(x.dtype, 0)]);
  return b.emit("Where", [negative, b.emit("Ceil", [x]), b.emit("Floor", [x])]);
}

const compare: Lowering = (c) => {
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

const where: Lowering = (c) => {
  const { b } = c;
  const type = c.eqn.outBinders[0]!.aval.dtype;
  const condition = c.inputs[0]!.value;
  const [x, y] = [converted(b, c.inputs[1]!.value, type), converted(b, c.inputs[2]!.value, type)];
  if (type === "bool") {
    const yes = b.emit("And", [condition, x]);
    return result(c, b.emit("Or", [yes, b.emit("And", [b.emit("Not", [condition]), y])]));
  }
  if (type !== "uint32") return result(c, b.emit("Where", [condition, x, y]));
  return result(c, b.cast(b.emit("Where", [condition, b.cast(x, "int32"), b.cast(y, "int32")]), type));
};

/** The operands of a division with remainder. Of what is refused jax-js 0.1.25 computes neither this nor that. */
function divided(c: Context): [Value, Value] {
  const [p, q] = c.eqn.inputs.map(({ aval }) => aval) as [Aval, Aval];
  const [x, y] = pair(c);
  if (x.dtype === "bool" || (p.dtype === "bool" && !q.weakType) || (q.dtype === "bool" && !isFloat(x.dtype)))
    refuseBool(c);
  if (p.dtype === "uint32" && isFloat(x.dtype))
    throw new Unsupported(
      `${c.eqn.primitive} of uint32 by ${q.dtype} has no ONNX form; cast both to one type first`,
    );
  return [x, y];
}

/** The divisors -1 become 1: -2^31 by -1 stops the whole process in onnxruntime, and jax-js throws. */
function safeDivisor(b: Context["b"], y: Value): Value {
  if (y.dtype !== "int32" || (y.data && !y.data.includes(-1))) return y;
  return b.emit("Where", [b.emit("Equal", [y, b.scalar("int32", -1)]), b.scalar("int32", 1), y]);
}

const divide: Lowering = (c) => {
  const { b } = c;
  const [x, y] = divided(c);
  if (isFloat(x.dtype)) return result(c, truncated(c, b.emit("Div", [x, y])));
  if (x.dtype === "uint32") return result(c, viaType(b, "int64", "Div", [x, y]));
  const divisor = safeDivisor(b, y);
  const quotient = b.emit("Div", [x, divisor]);
  if (divisor === y) return result(c, quotient);
  return result(
    c,
    b.emit("Where", [b.emit("Equal", [y, b.scalar("int32", -1)]), b.emit("Neg", [x]), quotient]),
  );
};

/** The sign of the dividend; for floats x - y trunc(x / y), as jax-js computes it. */
const modulo: Lowering = (c) => {
  const { b } = c;
  let [x, y] = divided(c);
  y = safeDivisor(b, y);
  if (!isFloat(x.dtype)) return result(c, b.emit("Mod", [x, y], { fmod: x.dtype === "uint32" ? 0 : 1 }));
  const quotient = truncated(c, b.emit("Div", [x, y]));
  return result(c, b.emit("Sub", [x, b.emit("Mul", [quotient, y])]));
};

const cast: Lowering = (c) => {
  const x = c.inputs[0]!.value;
  const { dtype } = c.eqn.params as { dtype: Value["dtype"] };
  return result(c, converted(c.b, x, dtype));
};

const negate: Lowering = (c) => {
  refuseBool(c);
  return result(c, wrapping(c.b, "Neg", [c.inputs[0]!.value]));
};

const identity: Lowering = (c) => result(c, c.inputs[0]!.value);

/** The complement 1 - erf(x) loses relative precision where it is small; the absolute error stays below 1e-7. */
const erfc: Lowering = (c) => {
  const x = c.inputs[0]!.value;
  return result(c, c.b.emit("Sub", [c.b.scalar(x.dtype, 1), c.b.emit("Erf", [x])]));
};

export const elementwise: Lowerings = {
  add: binary("Add", "Or"),
  mul: binary("Mul", "And"),
  min: extreme("Min", "And"),
  max: extreme("Max", "Or"),
  idiv: divide,
  mod: modulo,
  neg: negate,
  reciprocal: unary("Reciprocal"),
  floor: whole("Floor"),
  ceil: whole("Ceil"),
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
