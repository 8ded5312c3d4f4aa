import { type Attributes, broadcastShapes, type DType, type Value } from "./types.ts";

type Type = { readonly dtype: DType; readonly shape: readonly number[] };

const comparisons = [
  "Less",
  "LessOrEqual",
  "Greater",
  "GreaterOrEqual",
  "Equal",
  "And",
  "Or",
  "Xor",
  "IsNaN",
];
const reductions = ["ReduceSum", "ReduceProd", "ReduceMin", "ReduceMax", "ReduceMean", "ReduceLogSumExp"];

/** Attributes that only tell `infer` the length of a result. */
export const derivedAttributes: { readonly [op: string]: readonly string[] } = {
  Conv: ["shape"],
  Range: ["limit"],
};

/** Types of the outputs of an operator; everything that is not listed is elementwise, of the type of its first input. */
export function infer(op: string, inputs: readonly Value[], attributes: Attributes): Type[] {
  const first = inputs[0]!;
  const list = (name: string): readonly number[] => attributes[name] as readonly number[];
  const { dtype, shape } = first;
  if (op === "Cast") return [{ dtype: attributes.to as DType, shape }];
  if (op === "Shape") return [{ dtype: "int64", shape: [1] }];
  if (op === "Range") return [{ dtype, shape: [attributes.limit as number] }];
  if (op === "Reshape" || op === "Expand") return [{ dtype, shape: list("shape") }];
  if (op === "Transpose") return [{ dtype, shape: list("perm").map((axis) => shape[axis]!) }];
  if (reductions.includes(op))
    return [{ dtype, shape: reduced(shape, list("axes"), attributes.keepdims === 1) }];
  if (op === "ArgMax" || op === "ArgMin")
    return [
      { dtype: "int64", shape: reduced(shape, [attributes.axis as number], attributes.keepdims === 1) },
    ];
  if (op === "MatMul") return [{ dtype, shape: matmul(shape, inputs[1]!.shape) }];
  if (op === "Gemm") {
    const rows = shape[attributes.transA === 1 ? 1 : 0]!;
    return [{ dtype, shape: [rows, inputs[1]!.shape[attributes.transB === 1 ? 0 : 1]!] }];
  }
  if (op === "Slice") {
    const next = [...shape];
    list("axes").forEach((axis, i) => {
      const [start, end, step] = [list("starts")[i]!, list("ends")[i]!, list("steps")[i]!];
      next[axis] = step < 0 ? shape[axis]! : Math.ceil((end - start) / step);
    });
    return [{ dtype, shape: next }];
  }
  if (op === "Pad") {
    const pads = list("pads");
    return [{ dtype, shape: shape.map((d, i) => d + pads[i]! + pads[i + shape.length]!) }];
  }
  if (op === "Concat") {
    const axis = attributes.axis as number;
    const total = inputs.reduce((sum, x) => sum + x.shape[axis]!, 0);
    return [{ dtype, shape: shape.map((d, i) => (i === axis ? total : d)) }];
  }
  if (op === "Gather") {
    const axis = attributes.axis as number;
    return [{ dtype, shape: [...shape.slice(0, axis), ...inputs[1]!.shape, ...shape.slice(axis + 1)] }];
  }
  if (op === "GatherND") {
    const indices = inputs[1]!.shape;
    return [{ dtype, shape: [...indices.slice(0, -1), ...shape.slice(indices.at(-1))] }];
  }
  if (op === "GatherElements") return [{ dtype, shape: inputs[1]!.shape }];
  if (op === "ScatterND" || op === "ScatterElements" || op === "CumSum") return [{ dtype, shape }];
  if (op === "TopK") {
    const kept = shape.map((d, i) => (i === attributes.axis ? (attributes.k as number) : d));
    return [
      { dtype, shape: kept },
      { dtype: "int64", shape: kept },
    ];
  }
  if (op === "Where") {
    const [condition, x, y] = inputs as [Value, Value, Value];
    return [{ dtype: x.dtype, shape: broadcastShapes(condition.shape, broadcastShapes(x.shape, y.shape)) }];
  }
  if (op === "Conv") return [{ dtype, shape: list("shape") }];
  const broadcast = inputs.reduce<readonly number[]>((s, x) => broadcastShapes(s, x.shape), []);
  return [{ dtype: comparisons.includes(op) ? "bool" : dtype, shape: broadcast }];
}

function reduced(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return keep ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape.filter((_, i) => !axes.includes(i));
}

function matmul(a: readonly number[], b: readonly number[]): number[] {
  const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
  return [...batch, a.at(-2)!, b.at(-1)!];
}
