import { nn, numpy as np } from "@jax-js/jax";
import { checkCount, checkFloats } from "../arguments.ts";
import { fromTop, log1p, logsumexp, sigmoid } from "../math.ts";
import { takeScalar, temperatureRange } from "../scalars.ts";
import { detach, linearGradient } from "../surrogate.ts";
import { sortDescending } from "./ranks.ts";
import { tame } from "./tame.ts";

/**
 * Soft stand-ins for the k largest of n scores, and for a sort. All on the last axis; scores and a temperature given as
 * an array are consumed. An infinite score is the largest or smallest, and has no gradient; one NaN makes all NaN.
 */

/**
 * Relaxed subset: k times `y = softmax(s / t)`, then `s + log(1 - y)`; the sum of the y. It sums to k.
 * `log(1 - y)` is formed from the other entries' exponentials, so y near 1 does not overflow.
 *
 * @param scores s, `[..., n]`.
 * @param k a whole number from 1 to n.
 * @param temperature t, 1e-6 to 1e6, or a scalar array.
 * @returns of the shape of the scores.
 * @throws RangeError for a temperature or k out of its range.
 * @see Xie & Ermon 2019
 * @example
 * const soft = relaxedTopK(scores, 2, 0.5);
 */
export function relaxedTopK(scores: np.Array, k: number, temperature: np.Array | number): np.Array {
  checkCount("relaxedTopK", scores, k);
  const { s, t, unit } = tame(
    scores,
    takeScalar("relaxedTopK", "temperature", temperature, temperatureRange),
  );
  let left = s;
  let sum: np.Array | undefined;
  for (let i = 0; i < k; i++) {
    const scaled = scaledFromTop(left.ref, t.ref);
    const y = nn.softmax(scaled.ref, -1);
    left = left.add(logRest(scaled, y.ref).div(unit.ref));
    sum = sum ? sum.add(y) : y;
  }
  for (const array of [left, t, unit]) array.dispose();
  return sum!;
}

/** `log(1 - y)` for `y = softmax(s)`; for y above 1/2, which is one entry at most, from what the others add up to. */
function logRest(s: np.Array, y: np.Array): np.Array {
  const most = np.greater(y.ref, 0.5);
  const others = logsumexp(np.where(most.ref, Number.NEGATIVE_INFINITY, s.ref), { keepdims: true });
  const ofMost = others.sub(logsumexp(s, { keepdims: true }));
  return np.where(most.ref, ofMost, log1p(np.negative(np.where(most, 0, y))));
}

/** `(x - max x) / t`, at least -3e38, of which every exponential is 0. Consumes both. */
function scaledFromTop(x: np.Array, t: np.Array): np.Array {
  return np.maximum(fromTop(x).div(t), -3e38);
}

/** `[..., i, j]`: how much entry j is the i-th largest. Consumes scores. */
function sortColumn(scores: np.Array): { row: np.Array; column: np.Array; n: number } {
  const n = scores.shape.at(-1)!;
  return {
    row: scores.ref.reshape([...scores.shape.slice(0, -1), 1, n]),
    column: scores.reshape([...scores.shape, 1]),
    n,
  };
}

/**
 * NeuralSort: `softmax(((n + 1 - 2i) s - A 1) / t)` for row i = 1..n, `A_jk = |s_j - s_k|`: a relaxed
 * permutation matrix that sorts in descending order. Rows sum to 1.
 *
 * @param scores s, `[..., n]`.
 * @param temperature t, 1e-6 to 1e6, or a scalar array.
 * @returns `[..., n, n]`.
 * @throws RangeError for a temperature out of its range.
 * @see Grover et al. 2019
 * @example
 * const P = neuralSort(np.array([0.3, 2, -1]), 0.1); // shape [3, 3]
 */
export function neuralSort(scores: np.Array, temperature: np.Array | number): np.Array {
  checkFloats("neuralSort", "scores", scores);
  const { s, t, unit } = tame(scores, takeScalar("neuralSort", "temperature", temperature, temperatureRange));
  unit.dispose();
  const { row, column, n } = sortColumn(s);
  const distances = np.sum(np.abs(column.sub(row.ref)), -1);
  const factors = np.array(Array.from({ length: n }, (_, i) => n - 1 - 2 * i)).reshape([n, 1]);
  const spread = distances.reshape([...distances.shape.slice(0, -1), 1, n]);
  return nn.softmax(scaledFromTop(row.mul(factors).sub(spread), t.reshape([...t.shape, 1])), -1);
}

/**
 * SoftSort: `softmax(-|sort(s)_i - s_j| / t)`, rows in descending order. Cheaper than NeuralSort.
 *
 * @param scores s, `[..., n]`.
 * @param temperature t, 1e-6 to 1e6, or a scalar array.
 * @returns `[..., n, n]`.
 * @throws RangeError for a temperature out of its range.
 * @see Prillo & Eisenschlos 2020
 * @example
 * const P = softSort(np.array([0.3, 2, -1]), 0.1); // shape [3, 3]
 */
export function softSort(scores: np.Array, temperature: np.Array | number): np.Array {
  checkFloats("softSort", "scores", scores);
  const { s, t, unit } = tame(scores, takeScalar("softSort", "temperature", temperature, temperatureRange));
  unit.dispose();
  const sorted = sortDescending(s.ref);
  const { row, column } = sortColumn(s);
  column.dispose();
  const rows = sorted.reshape([...sorted.shape, 1]);
  return nn.softmax(scaledFromTop(np.negative(np.abs(rows.sub(row))), t.reshape([...t.shape, 1])), -1);
}

/**
 * The sum of the first k rows of a relaxed permutation: a soft k-hot mask. Consumes the matrix.
 *
 * @param matrix `[..., n, n]`, from `neuralSort` or `softSort`.
 * @param k a whole number from 1 to n.
 * @returns `[..., n]`, which sum to k.
 * @throws RangeError for a k out of its range.
 * @example
 * const mask = firstRows(neuralSort(np.array([0.3, 2, -1]), 0.1), 2); // near [1, 1, 0]
 */
export function firstRows(matrix: np.Array, k: number): np.Array {
  checkCount("firstRows", matrix, k);
  const n = matrix.shape.at(-1)!;
  const chosen = np.array(Array.from({ length: n }, (_, i) => (i < k ? 1 : 0))).reshape([n, 1]);
  return np.sum(matrix.mul(chosen), -2);
}

/**
 * Soft top-k by a threshold: `sigmoid((s - v) / t)` with v such that the sum is k, found by bisection. The
 * derivative is the implicit one, `diag(d) - d d^T / sum d` with `d = y (1 - y) / t`. Values are in (0, 1).
 *
 * @example
 * const soft = softTopK(scores, 3, 0.2);
 */
export function softTopK(scores: np.Array, k: number, temperature: np.Array | number): np.Array {
  checkCount("softTopK", scores, k);
  const { s, t, unit } = tame(scores, takeScalar("softTopK", "temperature", temperature, temperatureRange));
  unit.dispose();
  const n = s.shape.at(-1)!;
  if (k === n) {
    t.dispose();
    const one = np.where(np.isnan(s.ref), Number.NaN, np.ones(s.shape));
    return linearGradient(one.ref, s, one.sub(1));
  }
  const fixed = detach(s.ref);
  // v lies between the k-th and the next score, but for what the tails of the sigmoids add up to.
  const sorted = np.sort(fixed.ref, -1);
  const entry = (i: number): np.Array =>
    np.sum(sorted.ref.mul(np.equal(np.arange(n), i).astype(np.float32)), -1, { keepdims: true });
  let low = entry(n - k - 1).sub(t.ref.mul(Math.log(k) + 1));
  let high = entry(n - k).add(t.ref.mul(Math.log(n - k) + 1));
  sorted.dispose();
  for (let i = 0; i < 40; i++) {
    const middle = low.ref.add(high.ref).mul(0.5);
    const size = np.sum(sigmoid(fixed.ref.sub(middle.ref).div(t.ref)), -1, { keepdims: true });
    // Where the sum is k, as over a wide gap, it stays there.
    low = np.where(np.less(size.ref, k), low, middle.ref);
    high = np.where(np.greater(size, k), high, middle);
  }
  const threshold = detach(low.add(high).mul(0.5));
  const y = sigmoid(fixed.ref.sub(threshold.ref).div(t.ref));
  const weight = detach(y.ref.mul(np.negative(y).add(1)).add(1e-12));
  // One Newton step with detached weights carries the implicit derivative and does not move the value.
  const total = np.sum(weight.ref, -1, { keepdims: true });
  const moved = np.sum(weight.mul(s.ref.sub(fixed)), -1, { keepdims: true }).div(total);
  return sigmoid(s.sub(threshold.add(moved)).div(t));
}
