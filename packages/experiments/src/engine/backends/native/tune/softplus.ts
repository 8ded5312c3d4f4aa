import { needsRelativePrecision, type Rule } from "@hardgrad/onnx/graph";

/**
 * For models that only onnxruntime will run: its CPU kernel of Softplus is scalar, and takes four times as long as
 * `relu(x) - log(sigmoid(|x|))`, which is right to 3e-7.
 */
export const fastSoftplus: Rule = (node, r) => {
  if (node.op !== "Softplus" || needsRelativePrecision(node.outputs[0]!, r)) return undefined;
  const { b } = r;
  const x = r.at(node.inputs[0]!);
  const log = b.emit("Log", [b.emit("Sigmoid", [b.emit("Abs", [x])])]);
  return b.emit("Sub", [b.emit("Relu", [x]), log]);
};
