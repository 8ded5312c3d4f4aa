import { numpy as np, random } from "@jax-js/jax";

/**
 * Uniform on the open interval (0, 1): the midpoints `(k + 1/2) / 2^23`. Neither 0 nor 1 can occur, so
 * `log u`, `log(1 - u)` and `logit u` are finite without clipping, and the law is symmetric around 1/2.
 */
export function openUniform(key: np.Array, shape: readonly number[]): np.Array {
  return random.uniform(key, [...shape]).add(2 ** -24);
}

/** Exponential with mean 1; at least 6e-8 and at most 16.7, so its logarithm is finite. */
export function exponential(key: np.Array, shape: readonly number[]): np.Array {
  return np.negative(np.log(openUniform(key, shape)));
}
