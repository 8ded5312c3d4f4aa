import { numpy as np } from "@jax-js/jax";
import { checkLogits, wholeNumber } from "../arguments.ts";
import { hardOrNaN } from "../math.ts";
import { detach, lastAxes, zeroWithGradient } from "../surrogate.ts";
import type { Distribution } from "../types.ts";
import { exponentialFamily } from "./exponential-family.ts";
import type { DistributionFunctions } from "./functions.ts";
import { masked } from "./mask.ts";
import { centred, isBelow, wrappedUniform } from "./noise.ts";
import { hardTopK } from "./ranks.ts";
import { stepsOf } from "./subset-steps.ts";

/**
 * Subsets of exactly k out of n: `P(z) proportional to exp(<logits, z>)` over `z` in {0, 1}^n with k ones
 * (independent Bernoulli units, given that k of them are on).
 *
 * @param logits `[...batch, n]`. Consumed.
 * @param k from 1 to n.
 * @param options.mask truth values that broadcast to the logits, true where it is allowed: elsewhere the probability is
 *   exactly zero and there is no gradient, whatever the logits are there. Consumed.
 * @throws RangeError for k outside, logits that are not finite, or a mask that allows fewer than k.
 * @see Ahmed et al. 2023 (SIMPLE), for sampling and marginals by dynamic programming
 * @example
 * const q = subset(np.array([0.3, -0.5, 1.1, 0.2]), 2);
 */
export function subset(
  logits: np.Array,
  k: number,
  options: { mask?: np.Array } = {},
): Distribution<"subset"> {
  return subsetOf("subset", logits, k, options.mask);
}

/** Shared by the two laws over subsets. */
export function subsetOf<K extends "subset" | "plackett-luce">(
  kind: K,
  logits: np.Array,
  k: number,
  mask: np.Array | undefined,
): Distribution<K> {
  checkLogits(kind, logits, undefined, !mask);
  const { shape } = logits;
  wholeNumber(kind, "k", k, 1, shape.at(-1)!);
  return {
    kind,
    logits: mask ? masked(kind, logits, mask, k) : logits,
    batchShape: shape.slice(0, -1),
    eventShape: shape.slice(-1),
    probability: "sigmoid",
    total: k,
    ...(mask && { masked: true }),
  };
}

/**
 * `P(z_i = 1)`, differentiable. Consumes logits.
 *
 * @param logits `[..., n]`.
 * @param k from 1 to n.
 * @returns `[..., n]`, which sum to k.
 * @example
 * marginals(np.array([0, 0, 0, 0]), 2); // [0.5, 0.5, 0.5, 0.5]
 */
export function marginals(logits: np.Array, k: number): np.Array {
  const n = logits.shape.at(-1)!;
  if (k === n) return logits.mul(0).add(1);
  const { steps, logTotal } = stepsOf(logits, k);
  logTotal.dispose();
  // How many ones are still to be placed among the first units, j = 1..k, from the last unit to the first.
  let chance = np.broadcastTo(np.array(last(k)), steps[0]!.withUnit.shape);
  const parts: np.Array[] = [];
  for (const { withUnit, without } of steps.reverse()) {
    const on = chance.ref.mul(np.exp(withUnit));
    parts.push(np.sum(on.ref, -1, { keepdims: true }));
    const [first, fewer] = k === 1 ? [on, undefined] : (np.split(on, [1], -1) as [np.Array, np.Array]);
    const moved = np.zerosLike(first);
    chance = chance.mul(np.exp(without)).add(fewer ? np.concatenate([fewer, moved], -1) : moved);
  }
  chance.dispose();
  return np.concatenate(parts.reverse(), -1);
}

const last = (k: number): number[] => Array.from({ length: k }, (_, j) => (j === k - 1 ? 1 : 0));

/** From the last unit to the first: on with the probability given by how many are still to be chosen. */
function draw(q: Distribution, noise: np.Array): np.Array {
  const k = q.total;
  const { steps, logTotal } = stepsOf(q.logits, k);
  logTotal.dispose();
  const uniforms = np.split(noise, noise.shape.at(-1)!, -1);
  const order = np.array(Array.from({ length: k }, (_, j) => j + 1));
  let left = np.zeros(uniforms[0]!.shape).add(k);
  const chosen: np.Array[] = [];
  for (const [i, { withUnit, without }] of [...steps.entries()].reverse()) {
    const here = np.equal(order.ref, left.ref);
    const at = (row: np.Array): np.Array => np.sum(np.where(here.ref, row, 0), -1, { keepdims: true });
    const [logOn, logOff] = [at(withUnit), at(without)];
    here.dispose();
    const on = hardOrNaN(isBelow(uniforms[i]!, np.exp(logOn.ref), np.exp(logOff)), logOn);
    const placed = np.where(np.greater(left.ref, 0), on, 0);
    left = left.sub(placed.ref);
    chosen.push(placed);
  }
  left.dispose();
  order.dispose();
  return np.concatenate(chosen.reverse(), -1);
}

/**
 * `<logits, z> - log e_k`. The largest term of e_k, the sum of the k largest logits, is taken off both, unit by unit: what
 * is in z and among the largest cancels exactly.
 */
function logProbability(q: Distribution, z: np.Array): np.Array {
  const { steps, logTotal } = stepsOf(q.logits.ref, q.total);
  for (const { withUnit, without } of steps) for (const row of [withUnit, without]) row.dispose();
  const a = centred(detach(q.logits.ref), q.total);
  const value = np.sum(a.ref.mul(z.ref.sub(hardTopK(a, q.total))), lastAxes(1));
  return value.add(np.sum(zeroWithGradient(q.logits).mul(z), lastAxes(1))).sub(logTotal);
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
  ...exponentialFamily((q) => marginals(q.logits, q.total)),
  noise: wrappedUniform,
  sample: draw,
  logProbability,
  stateCount: (q) => subsetCount(q.eventShape[0] ?? 0, q.total),
  states: (q) => np.array(subsetRows(q.eventShape[0] ?? 0, q.total)),
};
