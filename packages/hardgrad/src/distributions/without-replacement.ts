import { nn, numpy as np } from "@jax-js/jax";

/**
 * Draws without replacement, each from the softmax of what is left. Everything in logarithms and by sums of
 * positive terms, so that nothing cancels; the recursion runs over the 2^k subsets of the k that were drawn.
 */

/**
 * `log F(A)` for every subset A of the k drawn: the probability that |A| draws from A and the rest give exactly
 * A, in any order. `F(A) = sum_{a in A} w_a / (w(A) + w(rest)) F(A without a)`. Index: bit i set for element i.
 * Consumes both.
 */
export function logSetProbabilities(logWeights: readonly np.Array[], logRest: np.Array): np.Array[] {
  const size = 2 ** logWeights.length;
  const table = [logRest.ref.mul(0)];
  const mass = [logRest];
  for (let set = 1; set < size; set++) {
    const members = logWeights.flatMap((weight, i) =>
      set & (1 << i) ? [{ weight, without: set ^ (1 << i) }] : [],
    );
    const first = members[0]!;
    mass.push(np.logaddexp(mass[first.without]!.ref, first.weight.ref));
    const ways = members.map(({ weight, without }) => weight.ref.add(table[without]!.ref));
    table.push(nn.logsumexp(np.stack(ways, -1), -1).sub(mass[set]!.ref));
  }
  for (const array of [...mass, ...logWeights]) array.dispose();
  return table;
}

/** Stands for log 0. */
const NEVER = -1e9;

/**
 * For a k-hot z: `chosen[A]` as above for the subsets of its k elements (in the order of their indices), and the
 * log-weight of the rest. Consumes logits and z.
 */
export function logWithoutReplacement(
  logits: np.Array,
  z: np.Array,
  k: number,
): { chosen: np.Array[]; rest: np.Array } {
  if (k > 10)
    throw new RangeError(
      `plackettLuce: the probability of a subset of ${k} takes 2^${k} terms; use k up to 10, or an estimator ` +
        "that needs no log-probability.",
    );
  const logWeights = nn.logSoftmax(logits, -1);
  const on = np.greater(z, 0.5);
  const rest = nn.logsumexp(np.where(on.ref, NEVER, logWeights.ref), -1);
  // The j-th of the chosen, in the order of their indices (a sort has no gradient under jit in jax-js 0.1.25).
  const place = np.cumsum(on.ref.astype(np.float32), -1);
  const drawn = Array.from({ length: k }, (_, j) => {
    const here = np.logicalAnd(on.ref, np.equal(place.ref, j + 1));
    return np.sum(np.where(here, logWeights.ref, 0), -1);
  });
  for (const array of [logWeights, on, place]) array.dispose();
  return { chosen: logSetProbabilities(drawn, rest.ref), rest };
}
