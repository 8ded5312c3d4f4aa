import { type Attributes, made, type Node, type Rule, type Value } from "@hardgrad/onnx/graph";

/** Where a slice from the beginning of that axis alone ends; undefined for other nodes. */
function headOf(node: Node, axis: number): number | undefined {
  if (node.op !== "Slice") return undefined;
  const { axes, starts, ends, steps } = node.attributes as { [name: string]: readonly number[] };
  return axes!.length === 1 && axes![0] === axis && starts![0] === 0 && steps![0] === 1
    ? ends![0]
    : undefined;
}

/** A part of a cast or of a transpose is the cast or transpose of a part. */
export const sliceFirst: Rule = (node, { b, at, uses }) => {
  if (node.op !== "Slice") return undefined;
  const x = node.inputs[0]!;
  if (uses(x) > 1) return undefined;
  const source = x.node?.inputs[0];
  if (x.node?.op === "Cast") return b.cast(b.emit("Slice", [at(source!)], node.attributes), x.dtype);
  if (x.node?.op !== "Transpose") return undefined;
  const perm = x.node.attributes.perm as readonly number[];
  const axes = (node.attributes.axes as readonly number[]).map((axis) => perm[axis]!);
  return b.transpose(b.emit("Slice", [at(source!)], { ...node.attributes, axes }), perm);
};

/** A sorted list of which only the head is read need not be longer. */
export const shorterTopK: Rule = (node, { b, at, readers, uses }) => {
  const [x] = node.inputs;
  const sorted = made(x, "TopK");
  if (!sorted) return undefined;
  const axis = sorted.attributes.axis as number;
  const end = headOf(node, axis);
  const all = sorted.outputs.flatMap((y) => readers(y));
  const total = sorted.outputs.reduce((sum, y) => sum + uses(y), 0);
  if (end === undefined || total !== all.length || all.some((r) => headOf(r, axis) !== end)) return undefined;
  const attributes: Attributes = { ...sorted.attributes, k: end };
  return b.emitAll("TopK", sorted.inputs.map(at), attributes)[sorted.outputs.indexOf(x!)]!;
};

/** A part of a list that is one of the lists it was joined from. */
export const partOfConcat: Rule = (node, { at }) => {
  const joined = node.op === "Slice" ? made(node.inputs[0], "Concat") : undefined;
  if (!joined) return undefined;
  const { axes, starts, ends, steps } = node.attributes as { [name: string]: readonly number[] };
  const axis = joined.attributes.axis as number;
  if (axes!.length !== 1 || axes![0] !== axis || steps![0] !== 1) return undefined;
  let start = 0;
  for (const part of joined.inputs) {
    const end = start + part.shape[axis]!;
    if (start === starts![0] && end === ends![0]) return at(part);
    start = end;
  }
  return undefined;
};

/**
 * Rows that are scattered whole need one index each: ten times as fast, and wrong on several threads (see
 * `scatter` in lowering/indexing.ts), so that `Lowered.oneThread` says so.
 */
export const scatterRows: Rule = (node, { b, at }) => {
  if (node.op !== "ScatterElements" || node.attributes.axis !== 0) return undefined;
  const [into, places, rows] = node.inputs as [Value, Value, Value];
  const number = made(places, "Expand")?.inputs[0];
  if (number?.shape.length !== 2 || number.shape[1] !== 1 || number.shape[0] !== rows.shape[0])
    return undefined;
  const { axis: _, ...attributes } = node.attributes;
  return b.emit("ScatterND", [at(into), at(number), at(rows)], attributes);
};
