import type { Rule } from "@hardgrad/onnx/graph";

const reductions = ["ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean"];

/** Axes of length 1 beside those that are summed make onnxruntime sum one element at a time; so they go first. */
export const reduceLongAxes: Rule = (node, { b, at }) => {
  const x = node.inputs[0]!;
  if (!reductions.includes(node.op) || !x.shape.includes(1)) return undefined;
  const long = x.shape.flatMap((d, axis) => (d === 1 ? [] : [axis]));
  const axes = (node.attributes.axes as readonly number[]).map((axis) => long.indexOf(axis));
  const kept = axes.filter((axis) => axis >= 0);
  if (kept.length === 0) return undefined;
  const squeezed = b.reshape(
    at(x),
    long.map((axis) => x.shape[axis]!),
  );
  return b.reshape(b.emit(node.op, [squeezed], { axes: kept, keepdims: 0 }), node.outputs[0]!.shape);
};
