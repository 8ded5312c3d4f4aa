/** A function, or what is asked of its model, has no ONNX form; the message begins with "toOnnx:" and says where. */
export class LoweringError extends RangeError {}
