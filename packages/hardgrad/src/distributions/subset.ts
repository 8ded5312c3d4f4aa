import { numpy as np } from "@jax-js/jax";
import { checkLogits, wholeNumber } from "../checks.ts";
import { hardOrNaN } from "../math.ts";
import { lastAxes } from "../surrogate.ts";
import type { Distribution } from "../types.ts";
import { exponentialFamilyScore } from "./exponential-family.ts";
import type { DistributionFunctions } from "./index.ts";
import { openUniform } from "./noise.ts";

/**
 * Subsets of exactly k out of n: `P(z) proportional to exp(<logits, z>)` over `z` in {0, 1}^n with k ones
 * (independent Bernoulli units, given that k of them are on).
 *
 * @param logits `[...batch, n]`. Consumed.
 * @param k from 1 to n.
 * @throws RangeError for k outside, or logits that are not finite.
 * Reference: Ahmed et al. 2023 (SIMPLE), for sampling and marginals by dynamic programming.
 * @example
 * const q = subset(np.array([0.3, -0.5, 1.1, 0.2]), 2);
 */
export function subset(logits: np.Array, k: number): Distribution {
  return subsetOf("subset", logits, k);
}

/** Shared by the two laws over subsets. */
export function subsetOf(kind: "subset" | "plackett-luce", logits: np.Array, k: number): Distribution {
  checkLogits(kind, logits);
  const { shape } = logits;
  wholeNumber(kind, "k", k, 1, shape.at(-1)!);
  return {
    kind,
    logits,
    batchShape: shape.slice(0, -1),
    eventShape: shape.slice(-1),
    probability: "sigmoid",
    total: k,
  };
}

/** Stands for log 0: far below any log-weight, and safe in a difference. */
const NEVER = -1e9;

/** One column per unit, each `[..., 1]`. */
function columns(logits: np.Array): np.Array[] {
  return np.split(logits, logits.shape.at(-1)!, -1);
}

/**
 * `table[i][..., j] = log e_j(first i weights)`, j = 0..k, e_j the elementary symmetric polynomials.
 * Consumes the columns.
 */
function symmetricPolynomials(weights: readonly np.Array[], k: number): np.Array[] {
  const lead = weights[0]!.shape.slice(0, -1);
  const never = (width: number): np.Array => np.full([...lead, width], NEVER);
  let row = np.concatenate([np.zeros([...lead, 1]), never(k)], -1);
  const table = [row.ref];
  for (const weight of weights) {
    const [kept, last] = np.split(row.ref, [k], -1) as [np.Array, np.Array];
    last.dispose();
    row = np.logaddexp(row, np.concatenate([never(1), kept.add(weight)], -1));
    table.push(row.ref);
  }
  row.dispose();
  return table;
}

function disposeAll(arrays: readonly np.Array[]): void {
  for (const array of arrays) array.dispose();
}

/** Entry j of the last axis, kept as an axis of size one. Consumes row. */
function entry(row: np.Array, j: number): np.Array {
  const pieces = np.split(
    row,
    Array.from({ length: row.shape.at(-1)! - 1 }, (_, i) => i + 1),
    -1,
  );
  disposeAll(pieces.filter((_, i) => i !== j));
  return pieces[j]!;
}

/** `P(z_i = 1)`, differentiable. Consumes logits. */
export function marginals(logits: np.Array, k: number): np.Array {
  const n = logits.shape.at(-1)!;
  if (k === n) return logits.mul(0).add(1);
  const weights = columns(logits);
  const before = symmetricPolynomials(
    weights.map((w) => w.ref),
    k,
  );
  const after = symmetricPolynomials(weights.map((w) => w.ref).reverse(), k);
  const total = entry(before[n]!.ref, k);
  const parts = weights.map((weight, i) => {
    // e_{k-1} without i: the product of what stands before and after, of orders that add to k - 1.
    const left = dropLast(before[i]!.ref);
    const right = np.flip(dropLast(after[n - 1 - i]!.ref), -1);
    const others = logSumExp(left.add(right));
    return np.exp(weight.add(others).sub(total.ref));
  });
  total.dispose();
  disposeAll(before);
  disposeAll(after);
  return np.concatenate(parts, -1);
}

function dropLast(row: np.Array): np.Array {
  const [kept, last] = np.split(row, [row.shape.at(-1)! - 1], -1) as [np.Array, np.Array];
  last.dispose();
  return kept;
}

function logSumExp(x: np.Array): np.Array {
  const top = np.max(x.ref, -1, { keepdims: true });
  return np.log(np.sum(np.exp(x.sub(top.ref)), -1, { keepdims: true })).add(top);
}

/** From the last unit to the first: on with the probability given by how many are still to be chosen. */
function draw(q: Distribution, noise: np.Array): np.Array {
  const k = q.total;
  const weights = columns(q.logits);
  const uniforms = columns(noise);
  const table = symmetricPolynomials(
    weights.map((w) => w.ref),
    k,
  );
  const order = np.array(Array.from({ length: k + 1 }, (_, j) => j));
  let left = np.zeros(uniforms[0]!.shape).add(k);
  const chosen: np.Array[] = [];
  for (let i = weights.length - 1; i >= 0; i--) {
    const at = (row: np.Array, shift: number): np.Array =>
      np.sum(row.mul(np.equal(order.ref, left.ref.sub(shift)).astype(np.float32)), -1, { keepdims: true });
    const logInclude = weights[i]!.ref.add(at(table[i]!.ref, 1)).sub(at(table[i + 1]!.ref, 0));
    const possible = np.greater(left.ref, 0);
    const on = np.where(possible, hardOrNaN(np.less(np.log(uniforms[i]!), logInclude.ref), logInclude), 0);
    left = left.sub(on.ref);
    chosen.push(on);
  }
  left.dispose();
  order.dispose();
  disposeAll(table);
  disposeAll(weights);
  return np.concatenate(chosen.reverse(), -1);
}

/** All 0/1 rows of length n with k ones. */
export function subsetRows(n: number, k: number): number[][] {
  if (k === 0) return [Array.from({ length: n }, () => 0)];
  if (k > n) return [];
  return [
    ...subsetRows(n - 1, k - 1).map((row) => [1, ...row]),
    ...subsetRows(n - 1, k).map((row) => [0, ...row]),
  ];
}

/** n over k. */
export function subsetCount(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return Math.round(count);
}

/** The functions of the family; each consumes `q.logits` and its other arrays. */
export const subsetFunctions: DistributionFunctions = {
  mean: (q) => marginals(q.logits, q.total),
  noise: openUniform,
  sample: draw,
  logProbability: (q, z) => {
    const n = q.logits.shape.at(-1)!;
    const table = symmetricPolynomials(columns(q.logits.ref), q.total);
    const total = np.squeeze(entry(table[n]!.ref, q.total), -1);
    disposeAll(table);
    return np.sum(q.logits.mul(z), lastAxes(1)).sub(total);
  },
  score: exponentialFamilyScore,
  stateCount: (q) => subsetCount(q.eventShape[0] ?? 0, q.total),
  states: (q) => np.array(subsetRows(q.eventShape[0] ?? 0, q.total)),
};
