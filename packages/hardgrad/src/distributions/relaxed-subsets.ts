import { nn, numpy as np } from "@jax-js/jax";
import { checkCount } from "../checks.ts";
import { sigmoid } from "../math.ts";
import { takeScalar, temperatureRange } from "../scalars.ts";
import { detach } from "../surrogate.ts";
import { sortDescending } from "./ranks.ts";

/** Soft stand-ins for the k largest of n scores, and for a sort. All on the last axis; scores and a temperature
 * given as an array are consumed. */

const reuse = (x: np.Array | number): np.Array | number => (typeof x === "number" ? x : x.ref);
const release = (x: np.Array | number): void => {
  if (typeof x !== "number") x.dispose();
};

/**
 * Relaxed subset: k times `y = softmax(s / t)`, then `s + log(1 - y)`; the sum of the y. It sums to k.
 * `log(1 - y)` is formed from the other entries' exponentials, so y near 1 does not overflow.
 *
 * Reference: Xie & Ermon 2019.
 * @example
 * const soft = relaxedSubset(scores, 2, 0.5);
 */
export function relaxedSubset(scores: np.Array, k: number, temperature: np.Array | number): np.Array {
  checkCount("relaxedSubset", scores, k);
  const t = takeScalar("relaxedSubset", "temperature", temperature, temperatureRange);
  let left = scores;
  let sum: np.Array | undefined;
  for (let i = 0; i < k; i++) {
    const y = nn.softmax(left.ref.div(reuse(t)), -1);
    // 1 - y, at least 1e-6: what was taken comes back with probability 1e-6 at most.
    const rest = np.log(np.maximum(np.negative(y.ref).add(1), 1e-6));
    left = left.add(rest);
    sum = sum ? sum.add(y) : y;
  }
  left.dispose();
  release(t);
  return sum!;
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
 * Reference: Grover et al. 2019.
 * @example
 * const P = neuralSort(np.array([0.3, 2, -1]), 0.1); // [3, 3]
 */
export function neuralSort(scores: np.Array, temperature: np.Array | number): np.Array {
  const t = takeScalar("neuralSort", "temperature", temperature, temperatureRange);
  const { row, column, n } = sortColumn(scores);
  const distances = np.sum(np.abs(column.sub(row.ref)), -1);
  const factors = np.array(Array.from({ length: n }, (_, i) => n - 1 - 2 * i)).reshape([n, 1]);
  const spread = distances.reshape([...distances.shape.slice(0, -1), 1, n]);
  return nn.softmax(row.mul(factors).sub(spread).div(t), -1);
}

/**
 * SoftSort: `softmax(-|sort(s)_i - s_j| / t)`, rows in descending order. Cheaper than NeuralSort.
 *
 * Reference: Prillo & Eisenschlos 2020.
 * @example
 * const P = softSort(np.array([0.3, 2, -1]), 0.1); // [3, 3]
 */
export function softSort(scores: np.Array, temperature: np.Array | number): np.Array {
  const t = takeScalar("softSort", "temperature", temperature, temperatureRange);
  const sorted = sortDescending(scores.ref);
  const { row, column } = sortColumn(scores);
  column.dispose();
  const rows = sorted.reshape([...sorted.shape, 1]);
  return nn.softmax(np.negative(np.abs(rows.sub(row))).div(t), -1);
}

/** The sum of the first k rows of a relaxed permutation: a soft k-hot mask. Consumes the matrix. */
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
  const t = takeScalar("softTopK", "temperature", temperature, temperatureRange);
  if (k === scores.shape.at(-1)!) {
    release(t);
    return scores.mul(0).add(1);
  }
  const s = detach(scores.ref);
  const margin = typeof t === "number" ? 40 * t : t.ref.mul(40);
  let low = np.min(s.ref, -1, { keepdims: true }).sub(reuse(margin));
  let high = np.max(s.ref, -1, { keepdims: true }).add(margin);
  for (let i = 0; i < 40; i++) {
    const middle = low.ref.add(high.ref).mul(0.5);
    const size = np.sum(sigmoid(s.ref.sub(middle.ref).div(reuse(t))), -1, { keepdims: true });
    const tooMany = np.greater(size, k);
    low = np.where(tooMany.ref, middle.ref, low);
    high = np.where(tooMany, high, middle);
  }
  const threshold = detach(low.add(high).mul(0.5));
  const y = sigmoid(s.ref.sub(threshold.ref).div(reuse(t)));
  const weight = detach(y.ref.mul(np.negative(y).add(1)).add(1e-12));
  s.dispose();
  // One Newton step with detached weights carries the implicit derivative and does not move the value.
  const total = np.sum(weight.ref, -1, { keepdims: true });
  const moved = np.sum(weight.mul(scores.ref.sub(detach(scores.ref))), -1, { keepdims: true }).div(total);
  return sigmoid(scores.sub(threshold.add(moved)).div(t));
}
