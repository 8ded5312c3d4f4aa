import { numpy as np } from "@jax-js/jax";

/**
 * One-hot rows of whole numbers: 1 where the category is the index, on a new last axis; a row of zeros for an index
 * outside. By comparison, in the memory of the result: `nn.oneHot` of jax-js 0.1.25 takes rows of an identity matrix,
 * which under `jit` and in an ONNX model has `categories` squared entries.
 *
 * @param indices integers `[...]`. Consumed.
 * @param categories how many, 1 or more.
 * @returns `[..., categories]`.
 * @throws TypeError for indices that are no integers.
 * @example
 * const labels = oneHotOf(np.array([3, 0, 1], { dtype: np.int32 }), 50257);
 */
export function oneHotOf(indices: np.Array, categories: number): np.Array {
  if (indices.dtype !== "int32" && indices.dtype !== "uint32")
    throw new TypeError(
      `oneHotOf: indices must be int32 or uint32, not ${indices.dtype}; use .astype(np.int32).`,
    );
  const every = np.arange(categories);
  return np.equal(indices.reshape([...indices.shape, 1]), every).astype(np.float32);
}
