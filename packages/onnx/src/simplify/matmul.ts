import { bothWays, made } from "../ir/match.ts";
import { on, type Rule } from "../ir/rewrite.ts";
import { isFloat, size, type Value } from "../ir/types.ts";

/** A product of matrices takes up the transposes of its operands. */
export const transposedProduct: Rule = on(["MatMul", "Gemm"], (node, { b, at }) => {
  const [x, y, ...rest] = node.inputs as [Value, Value, ...Value[]];
  if (x.shape.length !== 2 || y.shape.length !== 2 || !isFloat(x.dtype)) return undefined;
  const [tx, ty] = [made(x, "Transpose"), made(y, "Transpose")];
  if (!tx && !ty) return undefined;
  const flip = (name: "transA" | "transB", yes: boolean): number =>
    (node.attributes[name] === 1) !== yes ? 1 : 0;
  return b.emit("Gemm", [at(tx ? tx.inputs[0]! : x), at(ty ? ty.inputs[0]! : y), ...rest.map(at)], {
    ...node.attributes,
    transA: flip("transA", tx !== undefined),
    transB: flip("transB", ty !== undefined),
  });
});

/** A product of matrices takes up a bias that is added to it. */
export const biasedProduct: Rule = on(["Add"], (node, { b, at, uses }) => {
  const out = node.outputs[0]!;
  for (const [x, bias] of bothWays(node)) {
    const product = x.node;
    if (!product || (product.op !== "MatMul" && product.op !== "Gemm") || uses(x) > 1) continue;
    if (product.inputs.length > 2 || x.shape.length !== 2 || out.shape.length !== 2) continue;
    if (product.inputs.some((operand) => operand.shape.length !== 2) || !isFloat(x.dtype)) continue;
    // A whole matrix is copied before the product is added to it: nothing is won, and the addition may fuse elsewhere.
    if (size(bias.shape) > out.shape[1]!) continue;
    return b.emit("Gemm", [...product.inputs, bias].map(at), product.attributes);
  }
  return undefined;
});

/** The transpose of a product is the product of the transposes in the other order. */
export const transposedResult: Rule = on(["Transpose"], (node, { b, at, uses }) => {
  const x = node.inputs[0]!;
  const product = x.node;
  if (!product || (product.op !== "MatMul" && product.op !== "Gemm") || uses(x) > 1) return undefined;
  if (x.shape.length !== 2 || product.inputs.length > 2 || !isFloat(x.dtype)) return undefined;
  const other = (name: string): number => (product.attributes[name] === 1 ? 0 : 1);
  return b.emit("Gemm", [at(product.inputs[1]!), at(product.inputs[0]!)], {
    ...product.attributes,
    transA: other("transB"),
    transB: other("transA"),
  });
});
