import { numpy as np } from "@jax-js/jax";
import { grad } from "../gradients.ts";
import type { Distribution } from "../types.ts";
import type { DistributionFunctions } from "./functions.ts";
import { forbidden } from "./mask.ts";
import { exponential, perturbed } from "./noise.ts";
import { hardTopK } from "./ranks.ts";
import { relaxedTopK } from "./relaxed-subsets.ts";
import { subsetCount, subsetOf, subsetRows } from "./subset.ts";
import { logWithoutReplacement } from "./without-replacement.ts";

/**
 * Subsets of exactly k out of n drawn one after the other without replacement, each draw from the softmax of
 * what is left: the top k of `logits - log E`, E exponential (Gumbel top-k). Not the same law as `subset`.
 *
 * @param logits `[...batch, n]`. Consumed.
 * @param k from 1 to n; log-probabilities cost 2^k, so they are refused above 10.
 * @param options.mask truth values that broadcast to the logits, true where it is allowed: elsewhere the probability is
 *   exactly zero and there is no gradient, whatever the logits are there. Consumed.
 * @see Kool, van Hoof & Welling 2019
 * @example
 * const q = plackettLuce(np.array([0.3, -0.5, 1.1, 0.2]), 2);
 */
export function plackettLuce(
  logits: np.Array,
  k: number,
  options: { mask?: np.Array } = {},
): Distribution<"plackett-luce"> {
  return subsetOf("plackett-luce", logits, k, options.mask);
}

/** Perturbed logits for a relaxation, in which an infinite score stands out of reach. Consumes q.logits and noise. */
export function softScores(q: Distribution, noise: np.Array): np.Array {
  const off = q.masked && forbidden(q);
  const scores = perturbed(q.logits, noise, q.total);
  return off ? np.where(off, Number.NEGATIVE_INFINITY, scores) : scores;
}

/** The functions of the family; each consumes `q.logits` and its other arrays. */
export const plackettLuceFunctions: DistributionFunctions = {
  mean: (q) => {
    const states = plackettLuceFunctions.states(q);
    const count = states.shape[0]!;
    const spread = np.broadcastTo(states.reshape([count, ...q.batchShape.map(() => 1), ...q.eventShape]), [
      count,
      ...q.logits.shape,
    ]);
    const p = np.exp(plackettLuceFunctions.logProbability(q, spread.ref));
    return np.sum(spread.mul(p.reshape([...p.shape, 1])), 0);
  },
  noise: exponential,
  sample: (q, noise) => hardTopK(perturbed(q.logits, noise, q.total), q.total),
  relaxed: (q, noise, temperature) => relaxedTopK(softScores(q, noise), q.total, temperature),
  logProbability: (q, z) => {
    const chosen = logWithoutReplacement(q.logits, z, q.total);
    for (const part of chosen.slice(0, -1)) part.dispose();
    return chosen.at(-1)!;
  },
  score: (q, z) =>
    grad((a: np.Array) => np.sum(plackettLuceFunctions.logProbability({ ...q, logits: a }, z)))(
      np.broadcastTo(q.logits, z.shape),
    ),
  stateCount: (q) => subsetCount(q.eventShape[0] ?? 0, q.total),
  states: (q) => np.array(subsetRows(q.eventShape[0] ?? 0, q.total)),
};
