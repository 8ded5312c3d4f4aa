import {
  bothWays,
  made,
  type Node,
  type Rewriter,
  type Rule,
  sameShape,
  scalarOf,
  type Value,
} from "@hardgrad/onnx/graph";

/** A product of two matrices of floats without a third operand, of which nothing else is read. */
function plainProduct(x: Value, { uses }: Rewriter): Node | undefined {
  const node = x.node;
  if (!node || (node.op !== "MatMul" && node.op !== "Gemm") || uses(x) > 1) return undefined;
  const plain = node.inputs.length === 2 && node.inputs.every(({ shape }) => shape.length === 2);
  return plain && x.dtype === "float32" ? node : undefined;
}

const flags = ({ attributes }: Node): { transA: number; transB: number } => ({
  transA: attributes.transA === 1 ? 1 : 0,
  transB: attributes.transB === 1 ? 1 : 0,
});

/** A number times a product: the product has a place for it, at no cost. */
export const scaledProduct: Rule = (node, r) => {
  if (node.op !== "Mul") return undefined;
  for (const [x, c] of bothWays(node)) {
    const number = scalarOf(c);
    const product = number === undefined ? undefined : plainProduct(x, r);
    if (!product || !sameShape(x.shape, node.outputs[0]!.shape)) continue;
    const alpha = Math.fround(((product.attributes.alpha as number | undefined) ?? 1) * number!);
    return r.b.emit("Gemm", product.inputs.map(r.at), { ...flags(product), alpha });
  }
  return undefined;
};

/** A bias is added to the rows of a product before they are parted into more axes. */
export const biasBeforeReshape: Rule = (node, r) => {
  if (node.op !== "Add") return undefined;
  const { b, at, uses } = r;
  const out = node.outputs[0]!;
  for (const [x, bias] of bothWays(node)) {
    const reshaped = uses(x) === 1 ? made(x, "Reshape") : undefined;
    const rows = reshaped?.inputs[0];
    const product = rows && plainProduct(rows, r);
    if (!product || !sameShape(out.shape, x.shape)) continue;
    const width = rows.shape[1]!;
    if (
      x.shape.at(-1) !== width ||
      bias.shape.at(-1) !== width ||
      bias.shape.slice(0, -1).some((d) => d !== 1)
    )
      continue;
    const operands = [...product.inputs.map(at), b.reshape(at(bias), [width])];
    return b.reshape(b.emit("Gemm", operands, product.attributes), out.shape);
  }
  return undefined;
};
