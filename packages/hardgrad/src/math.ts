import { jit, nn, numpy as np } from "@jax-js/jax";
import { attach, detach } from "./surrogate.ts";

/**
 * Stable forms, right to a few units in the last place wherever float32 has an answer. jax-js 0.1.25's own `log` is off
 * by 1.25e-5 on wasm, which near 1 is everything; its `logaddexp`, `logSoftmax` and `softplus` are made of it. Each is
 * compiled by itself, as jax-js's own are: eagerly they would be forty kernels, and a constant's expression would double
 * with every use.
 */

/**
 * `x - y`, formed before anything is added to it: jax-js 0.1.25 moves constants out of sums of floats, so that with x a
 * constant at 1e9, `(x - y) + z` would be `(z - y) + x` and lose z. Consumes both.
 */
export function difference(x: np.Array, y: np.Array): np.Array {
  const d = x.sub(y);
  return np.where(np.isnan(d.ref), Number.NaN, d); // a choice that no range of values decides beforehand
}

/** `2 atanh(t)` for |t| up to 1/3, by its series to 2e-8. Consumes t. */
function twiceArtanh(t: np.Array): np.Array {
  const s = np.square(t.ref);
  let sum = s.ref.mul(2 / 13).add(2 / 11);
  for (const odd of [9, 7, 5, 3]) sum = sum.mul(s.ref).add(2 / odd);
  return sum.mul(s).add(2).mul(t);
}

/**
 * `log x`, given also `x - 1` to full relative precision: `2 atanh((x - 1) / (x + 1))` on [1/2, 2], elsewhere one Newton
 * step from jax-js's. Without gradient. Numbers below 1.2e-38 count as 0. Consumes both.
 */
export const logFrom: (x: np.Array, less1: np.Array) => np.Array = jit(function logFrom(
  x: np.Array,
  less1: np.Array,
): np.Array {
  const [value, difference] = [detach(x), detach(less1)];
  const near = np.less(np.abs(difference.ref.sub(0.25)), 0.75); // x in (1/2, 2)
  const series = twiceArtanh(difference.div(value.ref.add(1)));
  const raw = np.log(value.ref);
  const better = raw.ref.add(value.mul(np.exp(np.negative(raw.ref))).sub(1));
  // Beyond exp(+-80) the logarithm itself is right to 2e-7, and its exponential may overflow.
  return np.where(near, series, np.where(np.less(np.abs(raw.ref), 80), better, raw));
});

/**
 * The natural logarithm to 3e-7 of its value, also near 1; `log 0` is -Infinity, with gradient 0.
 *
 * @example
 * log(np.array([1, 10])); // [0, 2.302585]
 */
export const log: (x: np.Array) => np.Array = jit(function log(x: np.Array): np.Array {
  const edge = np.logicalOr(np.equal(x.ref, 0), np.equal(x.ref, Number.POSITIVE_INFINITY));
  const inside = np.where(edge, 1, x.ref);
  return attach(logFrom(x.ref, x.sub(1)), np.log(inside));
});

/**
 * `log(1 + x)` to 3e-7 of its value; at -1 it is -Infinity, with gradient 0.
 *
 * @example
 * log1p(np.array([0, 1e-7])); // [0, 1e-7]
 */
export const log1p: (x: np.Array) => np.Array = jit(function log1p(x: np.Array): np.Array {
  const whole = x.ref.add(1);
  const edge = np.logicalOr(np.equal(whole.ref, 0), np.equal(whole.ref, Number.POSITIVE_INFINITY));
  return attach(logFrom(whole.ref, x), np.log(np.where(edge, 1, whole)));
});

/** `log(1 + e)` for e in [0, 1]: no cases. Consumes e. */
function log1pOfShare(e: np.Array): np.Array {
  return attach(twiceArtanh(e.ref.div(e.ref.add(2))), np.log(e.add(1)));
}

/**
 * `1 / (1 + exp(-x))`. jax-js 0.1.25's has the gradient NaN at -100 (an overflowing exponential), so the argument is
 * clipped where float32 has no more to say.
 *
 * @example
 * sigmoid(np.array([0, 2])); // [0.5, 0.880797]
 */
export function sigmoid(x: np.Array): np.Array {
  return nn.sigmoid(np.clip(x, -80, 80));
}

/**
 * `log(1 + exp(x))` without overflow, as exact as `exp` is: 100 at 100, 9.4e-14 at -30.
 *
 * @example
 * softplus(np.array([0, 100])); // [0.693147, 100]
 */
export const softplus: (x: np.Array) => np.Array = jit(function softplus(x: np.Array): np.Array {
  const positive = np.greater(x.ref, 0);
  const below = np.where(positive.ref, np.negative(x.ref), x.ref); // -|x|, with a derivative at 0
  return np.where(positive, x, 0).add(log1pOfShare(np.exp(below)));
});

/**
 * `log(sigmoid(x))` without overflow, as exact as `exp` is: -100 at -100, -9.4e-14 at 30.
 *
 * @example
 * logSigmoid(np.array([0, -100])); // [-0.693147, -100]
 */
export function logSigmoid(x: np.Array): np.Array {
  return np.negative(softplus(np.negative(x)));
}

/**
 * `log(exp(x) + exp(y))` without overflow; -Infinity stands for log 0.
 *
 * @example
 * logaddexp(np.array([0, 100]), np.array([0, 0])); // [0.693147, 100]
 */
export const logaddexp: (x: np.Array, y: np.Array) => np.Array = jit(function logaddexp(
  x: np.Array,
  y: np.Array,
): np.Array {
  const first = np.greater(x.ref, y.ref);
  const larger = np.where(first.ref, x.ref, y.ref);
  const apart = np.where(first, y.ref.sub(x.ref), x.sub(y));
  // Two infinities of one sign have no difference.
  const gap = np.where(np.isinf(larger.ref), Number.NEGATIVE_INFINITY, apart);
  return larger.add(log1pOfShare(np.exp(gap)));
});

type ShiftedSum = { top: np.Array; shifted: np.Array; logTotal: np.Array };

/** `x` less its largest entry on the last axis, and the log-sum-exp of that: nothing large is left to cancel. */
export const shiftedLogSumExp: (x: np.Array) => ShiftedSum = jit(function shiftedLogSumExp(
  x: np.Array,
): ShiftedSum {
  const largest = np.max(detach(x.ref), -1, { keepdims: true });
  const top = np.where(np.equal(largest.ref, Number.NEGATIVE_INFINITY), 0, largest);
  const shifted = difference(x, top.ref);
  const shares = np.exp(shifted.ref);
  // What adds to the largest ones is summed by itself: 1 + 1e-9 would be 1.
  const isTop = np.greaterEqual(detach(shifted.ref), 0);
  const rest = np.sum(np.where(isTop.ref, 0, detach(shares.ref)), -1, { keepdims: true });
  const count = np.sum(isTop.astype(np.float32), -1, { keepdims: true });
  const empty = np.equal(count.ref, 0); // log 0, or NaN
  const some = np.maximum(count, 1);
  const extra = rest.ref.div(some.ref);
  const value = logFrom(some.ref, some.sub(1)).add(logFrom(extra.ref.add(1), extra));
  const total = np.where(empty.ref, 1, np.sum(shares, -1, { keepdims: true }));
  const exact = np.where(empty, np.where(np.equal(rest.ref, 0), Number.NEGATIVE_INFINITY, rest), value);
  return { top, shifted, logTotal: attach(exact, np.log(total)) };
}) as unknown as (x: np.Array) => ShiftedSum;

/**
 * `log sum exp(x)` over the last axis; -Infinity stands for log 0. Consumes x.
 *
 * @example
 * logsumexp(np.array([[0, 0], [100, 0]])); // [0.693147, 100]
 */
export function logsumexp(x: np.Array, options: { keepdims?: boolean } = {}): np.Array {
  const { top, shifted, logTotal } = shiftedLogSumExp(x);
  shifted.dispose();
  const sum = top.add(logTotal);
  return options.keepdims ? sum : np.squeeze(sum, -1);
}

/**
 * `log softmax(x)` over the last axis, relatively right also for a category that is nearly certain. Consumes x.
 *
 * @example
 * logSoftmax(np.array([0, 0])); // [-0.693147, -0.693147]
 */
export function logSoftmax(x: np.Array): np.Array {
  const { top, shifted, logTotal } = shiftedLogSumExp(x);
  top.dispose();
  return shifted.sub(logTotal);
}

/**
 * `clip((x + 1) / 2, 0, 1)`: slope 1/2 on [-1, 1]. (`nn.hardSigmoid` is another one: slope 1/6 on [-3, 3].)
 *
 * @example
 * hardSigmoid(np.array([-2, 0, 0.5])); // [0, 0.5, 0.75]
 */
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
  return np.maximum(difference(kept, top), -3e38);
}
