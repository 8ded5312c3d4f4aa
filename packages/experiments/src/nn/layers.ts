import { numpy as np, random } from "@jax-js/jax";
import { logSoftmax, softplus } from "hardgrad";

/**
 * Weights `[inputs, outputs]`, uniform within `sqrt(6 / (inputs + outputs))` of zero (Glorot & Bengio 2010).
 *
 * @example
 * const w = glorotUniform(key, 784, 100);
 */
export function glorotUniform(key: np.Array, inputs: number, outputs: number): np.Array {
  const bound = Math.sqrt(6 / (inputs + outputs));
  return random
    .uniform(key, [inputs, outputs])
    .mul(2 * bound)
    .sub(bound);
}

/**
 * Weights or biases of a layer with so many inputs, uniform within `1 / sqrt(inputs)` of zero (PyTorch's default).
 *
 * @example
 * const [w, b] = [fanInUniform(key.ref, [784, 100], 784), fanInUniform(key, [100], 784)];
 */
export function fanInUniform(key: np.Array, shape: readonly number[], inputs: number): np.Array {
  const bound = 1 / Math.sqrt(inputs);
  return random
    .uniform(key, [...shape])
    .mul(2 * bound)
    .sub(bound);
}

/**
 * Independent keys from one. Consumes it.
 *
 * @example
 * const [first, second] = splitKey(key, 2);
 */
export function splitKey(key: np.Array, count: number): np.Array[] {
  return np.split(random.split(key, count), count, 0).map((k) => k.reshape([2]));
}

/**
 * `x w + b` for x `[..., inputs]`. Consumes all three.
 *
 * @example
 * const hidden = dense(x, np.zeros([3, 6]), np.zeros([6]));
 */
export function dense(x: np.Array, w: np.Array, b: np.Array): np.Array {
  return np.matmul(x, w).add(b);
}

/**
 * `-log P(x)` of independent Bernoulli pixels with these logits, or of grey values in [0, 1] in their place (then
 * not a likelihood, but the loss that goes by this name): `sum softplus(a) - x a` over the last axis.
 *
 * @example
 * bernoulliLoss(np.array([[0, 0]]), np.array([[1, 0]])); // [1.386294]
 */
export function bernoulliLoss(logits: np.Array, x: np.Array): np.Array {
  return np.sum(softplus(logits.ref).sub(x.mul(logits)), -1);
}

/**
 * Per-example cross-entropy in nats, `-log softmax(logits)[label]`, for one-hot labels `[batch, classes]`.
 *
 * @example
 * crossEntropy(np.array([[0, 0]]), np.array([[1, 0]])); // [0.693147]
 */
export function crossEntropy(logits: np.Array, oneHotLabels: np.Array): np.Array {
  return np.negative(np.sum(logSoftmax(logits).mul(oneHotLabels), -1));
}
