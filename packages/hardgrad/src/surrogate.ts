import { lax, numpy as np } from "@jax-js/jax";

/**
 * The stop-gradient algebra that every estimator is written with. No other file touches `stopGradient`.
 *
 * Each block is written as `value + (x - detach(x))`, never `soft + detach(hard - soft)`: the bracket is
 * exactly zero, so the forward value is exactly `value` and a hard sample stays exactly 0 or 1.
 * All functions consume their array arguments, as everything in jax-js does.
 */

/**
 * The same value, with a zero gradient.
 *
 * @example
 * const target = detach(h); // no gradient flows into h through target
 */
export function detach(x: np.Array): np.Array {
  return lax.stopGradient(x);
}

/** `x - detach(x)`: exactly zero, with derivative one. */
export function zeroWithGradient(x: np.Array): np.Array {
  return x.ref.sub(lax.stopGradient(x));
}

/**
 * Forward `value`, backward the gradient of `soft`: `value + (soft - detach(soft))`, so that a hard value stays exactly
 * hard. Consumes both.
 *
 * @param value without a gradient.
 * @param soft of the shape of `value`.
 * @example
 * const rounded = attach(np.round(logits.ref), logits); // straight-through
 */
export function attach(value: np.Array, soft: np.Array): np.Array {
  return lax.stopGradient(value).add(zeroWithGradient(soft));
}

/**
 * Forward `value`, backward `slope` times the incoming gradient, elementwise, on to `x`. Consumes all three, which have
 * one shape.
 *
 * @example
 * const h = linearGradient(np.sign(x.ref), x.ref, np.exp(np.negative(np.abs(x))));
 */
export function linearGradient(value: np.Array, x: np.Array, slope: np.Array): np.Array {
  return lax.stopGradient(value).add(lax.stopGradient(slope).mul(zeroWithGradient(x)));
}

/**
 * Forward `value`, backward `jacobian^T g` on to `x`, for a linear map given as a function. Consumes value and x.
 *
 * @param jacobian linear in its argument; it must use only detached arrays otherwise.
 * @example
 * const y = linearMapGradient(np.zeros([4, 6]), logits, (v) => np.flip(v, -1).mul(0.5));
 */
export function linearMapGradient(
  value: np.Array,
  x: np.Array,
  jacobian: (v: np.Array) => np.Array,
): np.Array {
  return lax.stopGradient(value).add(jacobian(zeroWithGradient(x)));
}

/**
 * A zero per example whose gradient with respect to `x` is `gradient`:
 * `sum(detach(gradient) * (x - detach(x)))` over the last `axes` axes.
 */
export function zeroLoss(x: np.Array, gradient: np.Array, axes: number): np.Array {
  const product = lax.stopGradient(gradient).mul(zeroWithGradient(x));
  return np.sum(product, lastAxes(axes));
}

/** The last `count` axes, as negative numbers: 2 gives [-2, -1]. */
export function lastAxes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i - count);
}
