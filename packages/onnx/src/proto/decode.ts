import { decodeMessage } from "./message.ts";
import { type ModelProto, messages } from "./schema.ts";

/**
 * Reads an ONNX model: its messages as plain objects, with numbers in place of 64-bit integers.
 *
 * @throws Error for bytes that are no protocol buffer of a model.
 * @example
 * const { graph } = decodeModel(toOnnx((x) => np.exp(x), np.zeros([3])));
 * const operators = graph.node.map(({ opType }) => opType); // ["Exp"]
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return decodeMessage(messages, "ModelProto", bytes) as ModelProto;
}
