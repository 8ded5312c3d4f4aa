import { lower } from "./lower.ts";
import type { Traceable } from "./trace.ts";

/**
 * An ONNX model of a jax-js function, for arguments of the types and shapes of the examples, which are not consumed.
 * Arrays that the function closes over become constants. Arguments are called `input0`, `input1`, ..., with paths into
 * trees (`input0.w1`), and results `output`, or by their paths. `lower` has options: names, a free batch axis,
 * metadata, where random numbers come from.
 *
 * @param fn a function of arrays, and trees of arrays, that returns these.
 * @returns the bytes of the model, as a file `.onnx` has them.
 * @throws LoweringError that says what has no ONNX form, and where in the function.
 * @example
 * const bytes = toOnnx((x, w) => np.tanh(np.matmul(x, w)), np.zeros([4, 3]), np.zeros([3, 2]));
 */
export function toOnnx(fn: Traceable, ...exampleArgs: unknown[]): Uint8Array {
  return lower(fn, exampleArgs).model;
}
