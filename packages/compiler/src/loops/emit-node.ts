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
  type Value,
  v128,
  vectors,
} from "@hardgrad/onnx/graph";
import { gets, type Writer } from "../writer.ts";
import { vectorMath } from "./vector-math.ts";

/** What an operator is written from: its operands are variables. */
interface Context {
  readonly w: Writer;
  readonly node: Node;
  readonly operands: readonly number[];
  /** Whether its first operand is of float32. */
  readonly float: boolean;
}

type Emitter = (c: Context) => void;

/**
 * Writes an elementwise operator: its result on the stack. Lanes are float32, or words for all other types: truth values
 * are -1 and 0, and 64-bit integers their low halves, which is right but for what the checks below refuse.
 *
 * @throws LoweringError for an operator that has no kernel.
 */
export function emitNode(w: Writer, node: Node, operands: readonly number[]): void {
  const { dtype } = node.inputs[0]!;
  const float = isFloat(dtype);
  const math = float ? vectorMath[node.op] : undefined;
  if (math) {
    math(w, operands[0]!);
    return;
  }
  const emit = emitters[node.op];
  if (!emit) throw new LoweringError(`compile: ${node.op} of ${dtype} has no kernel.`);
  emit({ w, node, operands, float });
}

/** One instruction on all operands, or one for floats and another for words. */
const plain =
  (ofFloats: Code, ofWords: Code = ofFloats): Emitter =>
  ({ w, operands, float }) =>
    w.emit(gets(...operands), float ? ofFloats : ofWords);

/** The same, where words with and without a sign differ. */
const ordered =
  (ofFloats: Code, ofWords: Code, unsigned: Code, turned = false): Emitter =>
  ({ w, node, operands, float }) => {
    const inOrder = turned ? [...operands].reverse() : operands;
    w.emit(gets(...inOrder), float ? ofFloats : isUnsigned(node.inputs) ? unsigned : ofWords);
  };

const divided =
  (ofWords: Code, unsigned: Code): Emitter =>
  ({ w, node, operands, float }) => {
    const [x, y] = operands as [number, number];
    if (!float) lanes(w, x, y, isUnsigned(node.inputs) ? unsigned : ofWords);
    else if (node.op === "Div") w.emit(gets(x, y), f32x4.div);
    else throw new LoweringError("compile: Mod of float32 has no kernel.");
  };

const itself: Emitter = ({ w, operands }) => w.emit(get(operands[0]!));

const emitters: { readonly [op: string]: Emitter | undefined } = {
  Identity: itself,
  Reshape: itself,
  // Of axes of length 1.
  ReduceSum: itself,
  ReduceMax: itself,
  ReduceMin: itself,
  ReduceProd: itself,
  ReduceMean: itself,
  Add: plain(f32x4.add, i32x4.add),
  Sub: plain(f32x4.sub, i32x4.sub),
  Mul: plain(f32x4.mul, i32x4.mul),
  Div: divided(i32.div, i32.divUnsigned),
  Mod: divided(i32.rem, i32.remUnsigned),
  Min: ordered(f32x4.min, i32x4.min, i32x4.minUnsigned),
  Max: ordered(f32x4.max, i32x4.max, i32x4.maxUnsigned),
  Neg: plain(f32x4.neg, i32x4.neg),
  Abs: ordered(f32x4.abs, i32x4.abs, []),
  Sqrt: plain(f32x4.sqrt),
  Floor: plain(f32x4.floor),
  Ceil: plain(f32x4.ceil),
  Round: plain(f32x4.nearest),
  Reciprocal: ({ w, operands: [x] }) => w.emit(w.number(1), get(x!), f32x4.div),
  Relu: ({ w, operands: [x] }) => w.emit(get(x!), w.number(0), f32x4.max),
  Sign: sign,
  Clip: ({ w, operands: [x, low, high], float }) => {
    w.emit(get(x!));
    if (low !== undefined) w.emit(get(low), float ? f32x4.max : i32x4.max);
    if (high !== undefined) w.emit(get(high), float ? f32x4.min : i32x4.min);
  },
  IsNaN: ({ w, operands: [x] }) => w.emit(gets(x!, x!), f32x4.notEqual),
  Equal: plain(f32x4.equal, i32x4.equal),
  Less: ordered(f32x4.less, i32x4.less, i32x4.lessUnsigned),
  LessOrEqual: ordered(f32x4.atMost, i32x4.atMost, i32x4.atMostUnsigned),
  Greater: ordered(f32x4.less, i32x4.less, i32x4.lessUnsigned, true),
  GreaterOrEqual: ordered(f32x4.atMost, i32x4.atMost, i32x4.atMostUnsigned, true),
  And: plain(v128.and),
  BitwiseAnd: plain(v128.and),
  Or: plain(v128.or),
  BitwiseOr: plain(v128.or),
  Xor: plain(v128.xor),
  BitwiseXor: plain(v128.xor),
  Not: plain(v128.not),
  BitwiseNot: plain(v128.not),
  BitShift: shift,
  Where: ({ w, operands: [c, x, y] }) => w.emit(gets(x!, y!, c!), w.select),
  Cast: cast,
};

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
  const divisor = w.keep(w.word(1), get(y), get(y), w.word(0), i32x4.equal, w.select);
  w.emit(get(x));
  for (let lane = 0; lane < 4; lane++)
    w.emit(get(x), vectors.laneInt(lane), get(divisor), vectors.laneInt(lane), op, vectors.replaceInt(lane));
  w.release(divisor);
}

function sign({ w, operands, float }: Context): void {
  const x = operands[0]!;
  if (!float) {
    w.emit(get(x), w.word(1), i32x4.min, w.word(-1), i32x4.max);
    return;
  }
  // 0 and NaN stay what they are.
  w.emit(get(x), w.word(-(2 ** 31)), v128.and, w.number(1), v128.or, get(x));
  w.emit(get(x), f32x4.abs, w.number(0), f32x4.more, w.select);
}

function shift({ w, node, operands }: Context): void {
  const [x, y] = operands as [number, number];
  const by = node.inputs[1]!;
  const left = node.attributes.direction === "LEFT";
  if (by.data?.length === 1) {
    w.emit(get(x), int(by.data[0]!), left ? i32x4.shl : i32x4.shr);
    return;
  }
  w.emit(get(x));
  for (let lane = 0; lane < 4; lane++)
    w.emit(
      get(x),
      vectors.laneInt(lane),
      get(y),
      vectors.laneInt(lane),
      left ? i32.shl : i32.shr,
      vectors.replaceInt(lane),
    );
}

const integers: readonly DType[] = ["int32", "int64", "uint32", "uint8"];

function cast({ w, node, operands }: Context): void {
  const x = operands[0]!;
  const [from, to] = [node.inputs[0]!.dtype, node.outputs[0]!.dtype];
  w.emit(get(x));
  if (from === to || (integers.includes(from) && integers.includes(to))) return;
  if (to === "bool") {
    if (from === "float32") w.emit(w.number(0), f32x4.notEqual);
    else w.emit(w.word(0), i32x4.notEqual);
  } else if (from === "bool") w.emit(to === "float32" ? w.number(1) : w.word(1), v128.and);
  else if (to === "float32") w.emit(from === "int64" || from === "int32" ? v128.toSignedFloat : v128.toFloat);
  else if (to === "int32") w.emit(i32x4.fromFloat);
  else if (to === "uint32" || to === "uint8") w.emit(i32x4.fromFloatUnsigned);
  else {
    // The low half of a 64-bit integer: 2^32 has none.
    const signed = w.keep(i32x4.fromFloat);
    const word = w.keep(get(x), w.number(2 ** 32), f32x4.less, get(x), v128.and, i32x4.fromFloatUnsigned);
    w.emit(gets(signed, word), get(x), w.number(0), f32x4.less, w.select);
    w.release(signed, word);
  }
}
