import { broadcastShapes, size, type Value } from "@hardgrad/onnx/graph";
import type { Single } from "./steps.ts";
import { expandedView, type Storage, type View } from "./views.ts";

/** Arguments of `multiply` but for the threads: m, n, k; A, B and C with their strides; whether to accumulate. */
export type ProductCall = readonly number[];

/** The products of a MatMul; undefined for another operator. */
export function productCalls(
  { node, operands }: Single,
  storageOf: ReadonlyMap<Value, Storage>,
): readonly ProductCall[] | undefined {
  if (node.op !== "MatMul" || node.outputs[0]!.dtype !== "float32") return undefined;
  const [a, b] = operands.map(({ view }) => view) as [View, View];
  const [x, y] = operands.map(({ root }) => storageOf.get(root)!.address) as [number, number];
  const z = storageOf.get(node.outputs[0]!)!.address;
  const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [left, right] = [expandedView(a, [...batch, m, k]), expandedView(b, [...batch, k, n])];
  return Array.from({ length: size(batch) }, (_, i) => [
    m,
    n,
    k,
    x + 4 * at(left, batch, i),
    left.strides.at(-2)!,
    left.strides.at(-1)!,
    y + 4 * at(right, batch, i),
    right.strides.at(-2)!,
    right.strides.at(-1)!,
    z + 4 * i * m * n,
    n,
    0,
  ]);
}

/** Where the matrix of a batch index begins, in elements. */
function at(view: View, batch: readonly number[], index: number): number {
  let rest = index;
  let offset = view.offset;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    offset += (rest % batch[axis]!) * view.strides[axis]!;
    rest = Math.floor(rest / batch[axis]!);
  }
  return offset;
}
