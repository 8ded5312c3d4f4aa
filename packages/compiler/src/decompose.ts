import type { Attributes, Node, Value } from "@hardgrad/onnx/graph";
import { size } from "@hardgrad/onnx/graph";

let nextId = -1;

/** A value of the same type and shape that an operator of the compiler's own computes. */
export function fresh(
  { dtype, shape }: Pick<Value, "dtype" | "shape">,
  op: string,
  inputs: readonly Value[],
  attributes: Attributes = {},
): Value {
  const outputs: Value[] = [];
  const node: Node = { op, inputs, attributes, outputs };
  const value: Value = { id: nextId--, dtype, shape, node };
  outputs.push(value);
  return value;
}

/** An operator as several simpler ones, in order; undefined for one that is simple. */
export function decompose(node: Node): readonly Node[] | undefined {
  switch (node.op) {
    case "Softmax":
    case "LogSoftmax":
    case "ReduceLogSumExp":
      return exponentials(node);
    case "ArgMax":
    case "ArgMin":
      return node.inputs[0]!.dtype === "float32" ? place(node) : undefined;
    case "Conv":
      return convolution(node);
    default:
      return undefined;
  }
}

/** Operators made of others: of exponentials less their maximum, so that none overflows. */
function exponentials({ op, inputs: [x], attributes, outputs: [out] }: Node): Node[] {
  const parts: Node[] = [];
  const emit = (
    kind: string,
    operands: readonly Value[],
    shape: readonly number[],
    more: Attributes = {},
  ): Value => {
    const made = fresh({ dtype: x!.dtype, shape }, kind, operands, more);
    parts.push(made.node!);
    return made;
  };
  const { shape } = x!;
  const wanted =
    op === "ReduceLogSumExp" ? (attributes.axes as readonly number[]) : [attributes.axis as number];
  const axes = wanted.map((axis) => (axis < 0 ? axis + shape.length : axis));
  const kept = shape.map((d, axis) => (axes.includes(axis) ? 1 : d));
  const fold = (kind: string, v: Value): Value => emit(kind, [v], kept, { axes, keepdims: 1 });
  const largest = fold("ReduceMax", x!);
  const less = emit("Sub", [x!, largest], shape);
  const powers = emit("Exp", [less], shape);
  const sum = fold("ReduceSum", powers);
  const last = (kind: string, operands: readonly Value[], more: Attributes = {}): void => {
    parts.push({ op: kind, inputs: operands, attributes: more, outputs: [out!] });
  };
  if (op === "Softmax") last("Div", [powers, sum]);
  else if (op === "LogSoftmax") last("Sub", [less, emit("Log", [sum], kept)]);
  else {
    const total = emit("Add", [emit("Log", [sum], kept), largest], kept);
    last("Reshape", [total], { shape: out!.shape });
  }
  return parts;
}

/** The place of an extreme: the least of the places of all that equal it, or are NaN where one is. */
function place({ op, inputs: [x], attributes, outputs: [out] }: Node): Node[] {
  const parts: Node[] = [];
  const { shape } = x!;
  const axis = ((attributes.axis as number) + shape.length) % shape.length;
  const kept = shape.map((d, i) => (i === axis ? 1 : d));
  const emit = (
    kind: string,
    operands: readonly Value[],
    to: Pick<Value, "dtype" | "shape">,
    more: Attributes = {},
  ): Value => {
    const made = fresh(to, kind, operands, more);
    parts.push(made.node!);
    return made;
  };
  const constant = (own: readonly number[], data: Float32Array): Value => ({
    id: nextId--,
    dtype: "float32",
    shape: own,
    data,
  });
  const length = shape[axis]!;
  const folded = { axes: [axis], keepdims: 1 };
  const [floats, truths] = [{ dtype: "float32", shape } as const, { dtype: "bool", shape } as const];
  const extreme = emit(op === "ArgMax" ? "ReduceMax" : "ReduceMin", [x!], { ...floats, shape: kept }, folded);
  const equal = emit("Or", [emit("Equal", [x!, extreme], truths), emit("IsNaN", [x!], truths)], truths);
  const places = constant(
    shape.map((d, i) => (i === axis ? d : 1)),
    Float32Array.from({ length }, (_, i) => i),
  );
  const candidates = emit("Where", [equal, places, constant([], Float32Array.of(length))], floats);
  const first = emit("ReduceMin", [candidates], { ...floats, shape: kept }, folded);
  const whole = emit("Cast", [first], { dtype: out!.dtype, shape: kept }, { to: out!.dtype });
  parts.push({ op: "Reshape", inputs: [whole], attributes: { shape: out!.shape }, outputs: [out!] });
  return parts;
}

/**
 * A convolution as products of matrices: of the filters with what lies under them at every position, which is looked at
 * as an array [batch, groups, channels, ...window, ...positions] and copied.
 */
function convolution({ inputs: [x, w], attributes, outputs: [out] }: Node): Node[] {
  const parts: Node[] = [];
  const emit = (
    op: string,
    operands: readonly Value[],
    shape: readonly number[],
    more: Attributes = {},
  ): Value => {
    const made = fresh({ dtype: x!.dtype, shape }, op, operands, more);
    parts.push(made.node!);
    return made;
  };
  const list = (name: string): readonly number[] => attributes[name] as readonly number[];
  const groups = attributes.group as number;
  const [batch, channels, ...space] = x!.shape as [number, number, ...number[]];
  const [filters, own, ...window] = w!.shape as [number, number, ...number[]];
  const positions = out!.shape.slice(2);
  const pads = list("pads");
  const axes = space.map((_, axis) => axis);
  const wide = axes.map((axis) => space[axis]! + pads[axis]! + pads[axis + axes.length]!);
  const around = [0, 0, ...axes.map((i) => pads[i]!), 0, 0, ...axes.map((i) => pads[i + axes.length]!)];
  const image = pads.some((n) => n > 0)
    ? emit("Pad", [x!], [batch, channels, ...wide], { pads: around })
    : x!;
  const patches = emit("Patches", [image], [batch, groups, own, ...window, ...positions], {
    strides: list("strides"),
    dilations: list("dilations"),
  });
  const [taps, count] = [own * size(window), size(positions)];
  const columns = emit("Reshape", [patches], [batch, groups, taps, count], {
    shape: [batch, groups, taps, count],
  });
  const rows = emit("Reshape", [w!], [groups, filters / groups, taps], {
    shape: [groups, filters / groups, taps],
  });
  const product = emit("MatMul", [rows, columns], [batch, groups, filters / groups, count]);
  parts.push({ op: "Reshape", inputs: [product], attributes: { shape: out!.shape }, outputs: [out!] });
  return parts;
}
