import { type Rule, sameShape, size } from "@hardgrad/onnx/graph";

/**
 * A transpose with axes of length 1, or with axes that stay neighbours, is one of fewer axes between two reshapes. A
 * transpose of two axes is then one that a matrix product can take up.
 */
export const fewerAxes: Rule = (node, { b, at }) => {
  if (node.op !== "Transpose") return undefined;
  const x = node.inputs[0]!;
  const perm = (node.attributes.perm as readonly number[]).filter((axis) => x.shape[axis] !== 1);
  // Runs of axes, in the order of the result, that follow each other in x too once its ones are gone.
  const long = x.shape.flatMap((d, axis) => (d === 1 ? [] : [axis]));
  const runs: number[][] = [];
  for (const axis of perm) {
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && long.indexOf(axis) === long.indexOf(last) + 1) runs.at(-1)!.push(axis);
    else runs.push([axis]);
  }
  const inOrder = [...runs].sort((p, q) => p[0]! - q[0]!);
  const merged = inOrder.map((run) => size(run.map((axis) => x.shape[axis]!)));
  if (sameShape(merged, x.shape)) return undefined;
  const order = runs.map((run) => inOrder.indexOf(run));
  return b.reshape(b.transpose(b.reshape(at(x), merged), order), node.outputs[0]!.shape);
};
