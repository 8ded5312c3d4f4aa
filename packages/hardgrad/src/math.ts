import { nn, numpy as np } from "@jax-js/jax";

/**
 * Stable forms. jax-js 0.1.25's own `nn.sigmoid` and `nn.logSigmoid` have the gradient NaN at -100
 * (an overflowing exponential), so the argument is clipped where float32 has no more to say.
 */
export function sigmoid(x: np.Array): np.Array {
  return nn.sigmoid(np.clip(x, -80, 80));
}

/** `log(sigmoid(x))` without overflow: 0 at 100, -100 at -100. */
export function logSigmoid(x: np.Array): np.Array {
  return np.negative(np.logaddexp(np.negative(x), 0));
}

/** `log(1 + exp(x))` without overflow. */
export function softplus(x: np.Array): np.Array {
  return np.logaddexp(x, 0);
}

/** `clip((x + 1) / 2, 0, 1)`: slope 1/2 on [-1, 1]. (`nn.hardSigmoid` is another one: slope 1/6 on [-3, 3].) */
export function hardSigmoid(x: np.Array): np.Array {
  return np.clip(x.add(1).mul(0.5), 0, 1);
}

/** `q * (v - <q, v>)` over the last axis: the softmax Jacobian at q applied to v, without building it. */
export function softmaxJacobian(q: np.Array, v: np.Array): np.Array {
  const inner = np.sum(q.ref.mul(v.ref), -1, { keepdims: true });
  return q.mul(v.sub(inner));
}

/** 0/1 by a condition that is false for NaN, with NaN passed on: a hard sample must not hide it. */
export function hardOrNaN(condition: np.Array, source: np.Array): np.Array {
  return np.where(np.isnan(source), Number.NaN, condition.astype(np.float32));
}
