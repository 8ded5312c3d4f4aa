import { numpy as np } from "@jax-js/jax";
import { difference, logaddexp, logsumexp, shiftedLogSumExp } from "../math.ts";
import { detach } from "../surrogate.ts";
import { centred } from "./noise.ts";

/**
 * Draws without replacement, each from the softmax of what is left. Everything in logarithms and by sums of
 * positive terms, so that nothing cancels; the recursion runs over the 2^k subsets of the k that were drawn.
 */

/** `log sum exp` as its largest term and what the others add: a sum of equal terms at -1e9 keeps their number. */
export interface LogMass {
  readonly top: np.Array;
  readonly extra: np.Array;
}

/** The mass of the entries on the last axis. Consumes x. */
export function logMass(x: np.Array): LogMass {
  const { top, shifted, logTotal } = shiftedLogSumExp(x);
  shifted.dispose();
  const extra = np.squeeze(logTotal, -1);
  const none = np.equal(extra.ref, Number.NEGATIVE_INFINITY);
  return { top: np.where(none, Number.NEGATIVE_INFINITY, np.squeeze(top, -1)), extra };
}

/** One more term. The largest term is a constant: all of the gradient is in the rest. Consumes the weight. */
function plus({ top, extra }: LogMass, weight: np.Array): LogMass {
  const higher = detach(np.maximum(top.ref, weight.ref));
  const sum = logaddexp(extra.ref.add(difference(top.ref, higher.ref)), weight.sub(higher.ref));
  return { top: higher, extra: sum };
}

/**
 * `log F(A)` for every subset A of the k drawn: the probability that |A| draws from A and the rest give exactly
 * A, in any order. `F(A) = sum_{a in A} w_a / (w(A) + w(rest)) F(A without a)`. Index: bit i set for element i.
 * Consumes both.
 */
export function logSetProbabilities(logWeights: readonly np.Array[], rest: LogMass): np.Array[] {
  const size = 2 ** logWeights.length;
  const table = [np.zerosLike(rest.extra.ref)];
  const mass = [rest];
  for (let set = 1; set < size; set++) {
    const members = logWeights.flatMap((weight, i) =>
      set & (1 << i) ? [{ weight, without: set ^ (1 << i) }] : [],
    );
    const first = members[0]!;
    const here = plus(mass[first.without]!, first.weight.ref);
    mass.push(here);
    const ways = members.map(({ weight, without }) =>
      difference(weight.ref, here.top.ref).add(table[without]!.ref),
    );
    table.push(logsumexp(np.stack(ways, -1)).sub(here.extra.ref));
  }
  for (const { top, extra } of mass) for (const array of [top, extra]) array.dispose();
  for (const array of logWeights) array.dispose();
  return table;
}

/**
 * For a k-hot z: `chosen[A]` as above for the subsets of its k elements (in the order of their indices). Consumes logits
 * and z.
 */
export function logWithoutReplacement(logits: np.Array, z: np.Array, k: number): np.Array[] {
  if (k > 10)
    throw new RangeError(
      `plackettLuce: the probability of a subset of ${k} takes 2^${k} terms; use k up to 10, or an estimator ` +
        "that needs no log-probability.",
    );
  const weights = centred(logits, 1);
  const on = np.greater(z, 0.5);
  const rest = logMass(np.where(on.ref, Number.NEGATIVE_INFINITY, weights.ref));
  // The j-th of the chosen, in the order of their indices (a sort has no gradient under jit in jax-js 0.1.25).
  const place = np.cumsum(on.ref.astype(np.float32), -1);
  const drawn = Array.from({ length: k }, (_, j) => {
    const here = np.logicalAnd(on.ref, np.equal(place.ref, j + 1));
    return np.sum(np.where(here, weights.ref, 0), -1);
  });
  for (const array of [weights, on, place]) array.dispose();
  return logSetProbabilities(drawn, rest);
}
