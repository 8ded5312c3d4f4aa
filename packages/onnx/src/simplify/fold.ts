import { allocate } from "../ir/builder.ts";
import { on, type Rule } from "../ir/rewrite.ts";
import { type ConstantData, type DType, isFloat, type Node, size, type Value } from "../ir/types.ts";

/** Larger results stay expressions: the model would grow, and onnxruntime folds them when it loads. */
const LARGEST = 1 << 16;

/** The index of an operand for an index of the result. */
function* reads(shape: readonly number[], from: readonly number[]): Generator<number> {
  const lead = shape.length - from.length;
  let stride = 1;
  const steps = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= lead; axis--) {
    steps[axis] = from[axis - lead] === 1 ? 0 : stride;
    stride *= from[axis - lead]!;
  }
  yield* walk(shape, steps);
}

function* walk(shape: readonly number[], steps: readonly number[], start = 0): Generator<number> {
  const index = shape.map(() => 0);
  let at = start;
  for (let i = size(shape); i > 0; i--) {
    yield at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

function evaluate({ op, inputs, attributes, outputs }: Node): ConstantData | undefined {
  const { shape, dtype } = outputs[0]!;
  const [x, y] = inputs as readonly [Value, Value | undefined];
  if (op === "Reshape") return x.data;
  if (op === "Transpose") {
    const own = strides(x.shape);
    const steps = (attributes.perm as readonly number[]).map((axis) => own[axis]!);
    return filled(dtype, walk(shape, steps), (at) => x.data![at]!);
  }
  if (op === "Cast") return cast(x, dtype);
  const one = unary[op];
  if (one && isFloat(dtype)) return filled(dtype, x.data!, one);
  const two = binary[op] ?? (isFloat(x.dtype) ? floating[op] : undefined);
  if (!two || !y) return undefined;
  const other = reads(shape, y.shape);
  return filled(dtype, reads(shape, x.shape), (at) => two(x.data![at]!, y.data![other.next().value!]!));
}

/** Truncates like a cast in jax-js, for numbers that fit. */
function cast(x: Value, to: DType): ConstantData | undefined {
  if (to === "bool") return filled(to, x.data!, (v) => Number(v !== 0));
  const whole = !isFloat(to) && isFloat(x.dtype);
  const least = to === "uint32" || to === "uint8" ? 0 : 1 - 2 ** 31;
  if (whole && !x.data!.every((v: number) => v >= least && v < 2 ** 31)) return undefined;
  return filled(to, x.data!, (v) => (whole ? Math.trunc(v) : v));
}

function filled(dtype: DType, items: Iterable<number>, fn: (x: number) => number): ConstantData {
  const values = Array.from(items, fn);
  const out = allocate(dtype, values.length);
  out.set(values);
  return out;
}

function strides(shape: readonly number[]): number[] {
  const out = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) out[i] = out[i + 1]! * shape[i + 1]!;
  return out;
}

const unary: { readonly [op: string]: (x: number) => number } = {
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Exp: Math.exp,
  Log: Math.log,
  Sqrt: Math.sqrt,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Abs: Math.abs,
};

const floating: { readonly [op: string]: (x: number, y: number) => number } = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
  Max: Math.max,
  Min: Math.min,
};

const binary: { readonly [op: string]: (x: number, y: number) => number } = {
  Less: (x, y) => Number(x < y),
  LessOrEqual: (x, y) => Number(x <= y),
  Equal: (x, y) => Number(x === y),
  And: (x, y) => x & y,
  Or: (x, y) => x | y,
};

const foldable = ["Reshape", "Transpose", "Cast", ...[unary, floating, binary].flatMap(Object.keys)];

/** Computes what depends on constants alone. */
export const foldConstants: Rule = on(foldable, (node, { b, at }) => {
  // What has just been folded is a constant, too. A captured array stays as it is, and a transpose of it may meet another
  // one, or a matrix product.
  const inputs = node.inputs.map(at);
  if (inputs.some((x) => !x.data || x.name !== undefined)) return undefined;
  const out = node.outputs[0]!;
  if (size(out.shape) > LARGEST || out.dtype === "float16" || out.dtype === "float64") return undefined;
  if (node.op === "Transpose" && size(out.shape) > 64) return undefined;
  const data = evaluate({ ...node, inputs });
  return data && b.constant(out.dtype, out.shape, data);
});
