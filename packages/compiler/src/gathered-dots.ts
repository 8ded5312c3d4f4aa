import { type Graph, type Node, size, type Value } from "@hardgrad/onnx/graph";

/** Products of vectors with rows that are picked by number: `out[i, c] = g[i] . x[index[i, c]]`. */
export interface GatheredDots {
  /** The Gather of the rows, which need not be written. */
  readonly gather: Node;
  /** What it is used for only: a MatMul of `[n, 1, length]` and the rows, `[n, length, k]`. */
  readonly product: Node;
}

/** All of a graph, by the Gather and by the product. */
export function findGatheredDots(graph: Graph): ReadonlyMap<Node, GatheredDots> {
  const uses = new Map<Value, number>();
  const count = (x: Value): void => void uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const { inputs } of graph.nodes) inputs.forEach(count);
  graph.outputs.forEach(count);
  const found = new Map<Node, GatheredDots>();
  for (const product of graph.nodes) {
    const gather = product.op === "MatMul" ? gatherOf(product, uses) : undefined;
    if (!gather) continue;
    found.set(gather, { gather, product });
    found.set(product, { gather, product });
  }
  return found;
}

/** The Gather whose rows, transposed, are the product's second matrix. */
function gatherOf(product: Node, uses: ReadonlyMap<Value, number>): Node | undefined {
  const [vectors, rows] = product.inputs as [Value, Value];
  const [out] = product.outputs as [Value];
  if (out.dtype !== "float32" || vectors.shape.length !== 3 || rows.shape.length !== 3) return undefined;
  const [n, one, length] = vectors.shape as [number, number, number];
  const [, , k] = rows.shape as [number, number, number];
  if (rows.shape[0] !== n || one !== 1 || length % 4 !== 0 || length === 0) return undefined;
  const single = (x: Value, op: string): Node | undefined =>
    uses.get(x) === 1 && x.node?.op === op ? x.node : undefined;
  const turned = single(rows, "Transpose");
  if (!turned || String(turned.attributes.perm) !== "0,2,1") return undefined;
  const [flat] = turned.inputs as [Value];
  const reshaped = single(flat, "Reshape");
  const gather = single(reshaped ? reshaped.inputs[0]! : flat, "Gather");
  const [x, index] = (gather?.inputs ?? []) as [Value, Value];
  const fits =
    gather?.attributes.axis === 0 &&
    x.dtype === "float32" &&
    x.shape.length === 2 &&
    x.shape[0]! > 0 &&
    x.shape[1] === length &&
    size(index.shape) === n * k;
  return fits ? gather : undefined;
}
