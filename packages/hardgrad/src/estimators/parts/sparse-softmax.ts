import { numpy as np } from "@jax-js/jax";
import { checkFloats } from "../../arguments.ts";
import { finite, fromTop } from "../../math.ts";
import { detach, linearMapGradient } from "../../surrogate.ts";

/** Projections on to the simplex with exact zeros, on the last axis. Each consumes its logits. */

/** Below this from the largest an entry has no share, however many there are. */
const BELOW = -1e3;

/** `a - max a`, no further down than matters. Holds no gradient. */
function shift(logits: np.Array): np.Array {
  return np.maximum(fromTop(detach(logits)), BELOW);
}

/** Backward `(diag(r) - r r^T / sum r) v`, forward value. */
function withJacobian(value: np.Array, logits: np.Array, r: np.Array): np.Array {
  const weight = detach(r);
  const total = np.sum(weight.ref, -1, { keepdims: true });
  return linearMapGradient(value, finite(logits), (v) => {
    const inner = np.sum(weight.ref.mul(v.ref), -1, { keepdims: true }).div(total);
    return weight.mul(v.sub(inner));
  });
}

/**
 * Sparsemax: the Euclidean projection on to the simplex, `max(a - v, 0)` with v such that it sums to 1.
 *
 * @param logits `[..., categories]`. Consumed.
 * @returns probabilities of that shape, some exactly 0, which get no gradient.
 * @see Martins & Astudillo 2016
 * @example
 * sparsemax(np.array([2, 1.5, -1])); // [0.75, 0.25, 0]
 */
export function sparsemax(logits: np.Array): np.Array {
  checkFloats("sparsemax", "logits", logits);
  const n = logits.shape.at(-1)!;
  const shifted = shift(logits.ref);
  const sorted = np.flip(np.sort(shifted.ref, -1), -1);
  const ranks = np.array(Array.from({ length: n }, (_, i) => i + 1));
  const sums = np.cumsum(sorted.ref, -1);
  const inside = np.greater(sorted.mul(ranks.ref).add(1), sums.ref).astype(np.float32);
  const size = np.sum(inside.ref, -1, { keepdims: true });
  const last = np.equal(ranks, size.ref).astype(np.float32);
  inside.dispose();
  const threshold = np.sum(sums.mul(last), -1, { keepdims: true }).sub(1).div(size);
  const p = np.maximum(shifted.sub(threshold), 0);
  const support = np.greater(p.ref, 0).astype(np.float32);
  return withJacobian(p, logits, support);
}

/**
 * 1.5-entmax: `max(a/2 - v, 0)^2` with v such that it sums to 1, by bisection.
 *
 * @param logits `[..., categories]`. Consumed.
 * @returns probabilities of that shape, some exactly 0, which get no gradient.
 * @see Peters, Niculae & Martins 2019
 * @example
 * entmax15(np.array([2, 1.5, -1]));
 */
export function entmax15(logits: np.Array): np.Array {
  checkFloats("entmax15", "logits", logits);
  const half = shift(logits.ref).mul(0.5);
  // The largest entry is 0: at v = -1 it alone gives 1, at v = 0 nothing is left.
  let low = np.sum(half.ref.mul(0), -1, { keepdims: true }).sub(1);
  let high = low.ref.add(1);
  for (let i = 0; i < 30; i++) {
    const middle = low.ref.add(high.ref).mul(0.5);
    const mass = np.sum(np.square(np.maximum(half.ref.sub(middle.ref), 0)), -1, { keepdims: true });
    const tooMuch = np.greater(mass, 1);
    low = np.where(tooMuch.ref, middle.ref, low);
    high = np.where(tooMuch, high, middle);
  }
  const root = np.maximum(half.sub(low.add(high).mul(0.5)), 0);
  const p = np.square(root.ref);
  const total = np.sum(p.ref, -1, { keepdims: true });
  return withJacobian(p.div(total), logits, root);
}
