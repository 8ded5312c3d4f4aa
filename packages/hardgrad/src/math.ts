import { nn, numpy as np } from "@jax-js/jax";
import { detach } from "./surrogate.ts";

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

/** The largest float32. */
const LARGEST = 3.4028234663852886e38;

/** Infinities as the largest float32, so that `x - x` is 0 there; NaN stays. No gradient where it was one. Consumes x. */
export function finite(x: np.Array): np.Array {
  return np.clip(x, -LARGEST, LARGEST);
}

/** Whether any entry of the last axis is NaN, with the axis kept. (A sum would also be NaN of two infinities.) */
export function anyNaN(x: np.Array): np.Array {
  return np.greater(np.max(np.isnan(x).astype(np.float32), -1, { keepdims: true }), 0);
}

/** `x - max x` on the last axis, for any x: at least -3e38, of which every exponential is 0. Consumes x. */
export function fromTop(x: np.Array): np.Array {
  const kept = finite(x);
  const top = detach(np.max(kept.ref, -1, { keepdims: true }));
  return np.maximum(kept.sub(top), -3e38);
}
