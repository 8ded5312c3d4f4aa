import { LoweringError } from "@hardgrad/onnx";
import {
  type Code,
  type DType,
  f32x4,
  get,
  i32,
  i32x4,
  int,
  isFloat,
  type Node,
  v128,
  type Value,
  vectors,
} from "@hardgrad/onnx/graph";
import { gets, type Writer } from "../writer.ts";
import { type Splat, splatInt, vectorMath } from "./vector-math.ts";

/**
 * Writes an elementwise operator: its result on the stack. Lanes are float32, or words for all other types: truth values
 * are -1 and 0, and 64-bit integers their low halves, which is right but for what the checks below refuse.
 */
export function emitNode(w: Writer, node: Node, operands: readonly number[], k: Splat): void {
  const { op, inputs, outputs } = node;
  const [x, y, z] = operands as [number, number, number];
  const type = inputs[0]!.dtype;
  const float = isFloat(type);
  const twice = (code: Code): void => w.emit(gets(x, y), code);
  const once = (...code: Code[]): void => w.emit(get(x), ...code);
  const either = (ofFloats: Code, ofWords: Code): Code => (float ? ofFloats : ofWords);
  const math = vectorMath[op];
  if (math && float) return math(w, x, k);
  switch (op) {
    case "Identity":
    case "Reshape":
    case "ReduceSum":
    case "ReduceMax":
    case "ReduceMin":
    case "ReduceProd":
    case "ReduceMean":
      return once();
    case "Add":
      return twice(either(f32x4.add, i32x4.add));
    case "Sub":
      return twice(either(f32x4.sub, i32x4.sub));
    case "Mul":
      return twice(either(f32x4.mul, i32x4.mul));
    case "Div":
      return float ? twice(f32x4.div) : lanes(w, x, y, isUnsigned(inputs) ? i32.divUnsigned : i32.div);
    case "Mod":
      if (float) throw new LoweringError("compile: Mod of float32 has no kernel.");
      return lanes(w, x, y, isUnsigned(inputs) ? i32.remUnsigned : i32.rem);
    case "Min":
      return twice(either(f32x4.min, isUnsigned(inputs) ? i32x4.minUnsigned : i32x4.min));
    case "Max":
      return twice(either(f32x4.max, isUnsigned(inputs) ? i32x4.maxUnsigned : i32x4.max));
    case "Neg":
      return once(either(f32x4.neg, i32x4.neg));
    case "Abs":
      return once(either(f32x4.abs, i32x4.abs));
    case "Sqrt":
      return once(f32x4.sqrt);
    case "Reciprocal":
      return w.emit(k(1), get(x), f32x4.div);
    case "Relu":
      return once(k(0), f32x4.max);
    case "Floor":
      return once(f32x4.floor);
    case "Ceil":
      return once(f32x4.ceil);
    case "Round":
      return once(f32x4.nearest);
    case "Sign":
      return sign(w, x, k, float);
    case "Clip":
      once();
      if (operands.length > 1) w.emit(get(y), either(f32x4.max, i32x4.max));
      if (operands.length > 2) w.emit(get(z), either(f32x4.min, i32x4.min));
      return;
    case "IsNaN":
      return w.emit(gets(x, x), f32x4.notEqual);
    case "Equal":
      return twice(either(f32x4.equal, i32x4.equal));
    case "Less":
      return twice(either(f32x4.less, isUnsigned(inputs) ? i32x4.lessUnsigned : i32x4.less));
    case "LessOrEqual":
      return twice(either(f32x4.atMost, isUnsigned(inputs) ? i32x4.atMostUnsigned : i32x4.atMost));
    case "Greater":
      return w.emit(gets(y, x), either(f32x4.less, isUnsigned(inputs) ? i32x4.lessUnsigned : i32x4.less));
    case "GreaterOrEqual":
      return w.emit(
        gets(y, x),
        either(f32x4.atMost, isUnsigned(inputs) ? i32x4.atMostUnsigned : i32x4.atMost),
      );
    case "And":
    case "BitwiseAnd":
      return twice(v128.and);
    case "Or":
    case "BitwiseOr":
      return twice(v128.or);
    case "Xor":
    case "BitwiseXor":
      return twice(v128.xor);
    case "Not":
    case "BitwiseNot":
      return once(v128.not);
    case "BitShift":
      return shift(w, x, y, inputs[1]!, node.attributes.direction === "LEFT");
    case "Where":
      return w.emit(gets(y, z, x), v128.select);
    case "Cast":
      return cast(w, x, type, outputs[0]!.dtype, k);
    default:
      throw new LoweringError(`compile: ${op} of ${type} has no kernel.`);
  }
}

/** Whether the numbers are words without a sign. As 64-bit integers they would be told from negative ones: not here. */
function isUnsigned(inputs: readonly Value[]): boolean {
  const { dtype } = inputs[0]!;
  if (dtype === "uint32" || dtype === "uint8") return true;
  if (dtype !== "int64") return false;
  const wide = inputs.map(fromWord);
  if (!wide.includes("word")) return false;
  if (wide.includes("other"))
    throw new LoweringError("compile: a uint32 is compared with an int64, for which there is no kernel.");
  return true;
}

function fromWord(x: Value): "word" | "small" | "other" {
  if (x.data) return (x.data as Int32Array).every((n) => n >= 0) ? "small" : "other";
  if (x.node?.op === "Cast" && x.node.inputs[0]!.dtype === "uint32") return "word";
  return x.node && ["Reshape", "Expand", "Transpose", "Slice"].includes(x.node.op)
    ? fromWord(x.node.inputs[0]!)
    : "other";
}

/** A division, number by number; a divisor 0, which would stop the program, gives the dividend. */
function lanes(w: Writer, x: number, y: number, op: Code): void {
  const divisor = w.keep(splatInt(1), get(y), get(y), splatInt(0), i32x4.equal, v128.select);
  w.emit(get(x));
  for (let lane = 0; lane < 4; lane++)
    w.emit(
      get(x),
      vectors.laneInt(lane),
      get(divisor),
      vectors.laneInt(lane),
      op,
      vectors.replaceInt(lane),
    );
  w.release(divisor);
}

function sign(w: Writer, x: number, k: Splat, float: boolean): void {
  if (!float) {
    w.emit(get(x), splatInt(1), i32x4.min, splatInt(-1), i32x4.max);
    return;
  }
  // 0 and NaN stay what they are.
  w.emit(get(x), splatInt(-(2 ** 31)), v128.and, k(1), v128.or, get(x));
  w.emit(get(x), f32x4.abs, k(0), f32x4.more, v128.select);
}

function shift(w: Writer, x: number, y: number, by: Value, left: boolean): void {
  const op = left ? i32x4.shl : i32x4.shr;
  if (by.data?.length === 1) return w.emit(get(x), int(by.data[0]!), op);
  w.emit(get(x));
  const single: Code = left ? i32.shl : i32.shr;
  for (let lane = 0; lane < 4; lane++)
    w.emit(get(x), vectors.laneInt(lane), get(y), vectors.laneInt(lane), single, vectors.replaceInt(lane));
}

const integers: readonly DType[] = ["int32", "int64", "uint32", "uint8"];

function cast(w: Writer, x: number, from: DType, to: DType, k: Splat): void {
  w.emit(get(x));
  if (from === to || (integers.includes(from) && integers.includes(to))) return;
  if (to === "bool") return w.emit(from === "float32" ? k(0) : splatInt(0), from === "float32" ? f32x4.notEqual : i32x4.notEqual);
  if (from === "bool") return w.emit(to === "float32" ? k(1) : splatInt(1), v128.and);
  if (to === "float32") {
    if (from === "int64" || from === "int32") return w.emit(v128.toSignedFloat);
    return w.emit(v128.toFloat);
  }
  if (to === "int32") return w.emit(i32x4.fromFloat);
  if (to === "uint32" || to === "uint8") return w.emit(i32x4.fromFloatUnsigned);
  // The low half of a 64-bit integer: 2^32 has none.
  const signed = w.keep(i32x4.fromFloat);
  const word = w.keep(get(x), k(2 ** 32), f32x4.less, get(x), v128.and, i32x4.fromFloatUnsigned);
  w.emit(gets(signed, word), get(x), k(0), f32x4.less, v128.select);
  w.release(signed, word);
}
