import { nn, numpy as np, random } from "@jax-js/jax";

/** Weights `[inputs, outputs]`, uniform within `sqrt(6 / (inputs + outputs))` of zero (Glorot & Bengio 2010). */
export function glorotUniform(key: np.Array, inputs: number, outputs: number): np.Array {
  const bound = Math.sqrt(6 / (inputs + outputs));
  return random
    .uniform(key, [inputs, outputs])
    .mul(2 * bound)
    .sub(bound);
}

/** `x w + b` for x `[..., inputs]`. Consumes all three. */
export function dense(x: np.Array, w: np.Array, b: np.Array): np.Array {
  return np.matmul(x, w).add(b);
}

/** Per-example cross-entropy in nats, `-log softmax(logits)[label]`, for one-hot labels `[batch, classes]`. */
export function crossEntropy(logits: np.Array, oneHotLabels: np.Array): np.Array {
  return np.negative(np.sum(nn.logSoftmax(logits, -1).mul(oneHotLabels), -1));
}
