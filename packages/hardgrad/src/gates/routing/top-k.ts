import { numpy as np } from "@jax-js/jax";
import { checkCount, checkNames } from "../../arguments.ts";
import { hardTopK } from "../../distributions/ranks.ts";
import { fromTop } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import { checkTable } from "./tokens.ts";

/** Options of `topKRouter` and `lossFreeRouter`. */
export interface TopKOptions {
  /** Experts per token, a whole number from 1 to all. */
  readonly k: number;
  /**
   * Whether the chosen weights are divided by their sum, as in Mixtral (default false, as in Switch). Not with k = 1: the
   * weight would be 1 for any logits and the router would learn nothing.
   */
  readonly normalize?: boolean;
}

/**
 * Top-k router: each token goes to the k experts with the largest logits, `gate_te = softmax(logits_t)_e` where e is
 * chosen, else 0. Its gradient is that of the chosen probabilities: the choice itself has none.
 *
 * The gates are what `routedBlocks` takes. Add `balanceLoss`, or most tokens will go to few experts, and `routerZLoss`.
 *
 * @param logits `[tokens, experts]`. Consumed.
 * @returns gates `[tokens, experts]`, 0 to 1; a row that holds NaN is NaN.
 * @throws RangeError for a k that is no whole number from 1 to the experts, `normalize` with k = 1, logits that are not
 *   finite, or another shape.
 * @see Fedus, Zoph & Shazeer 2022 (k = 1), Shazeer et al. 2017
 * @example
 * const gates = topKRouter(np.matmul(x.ref, weights), { k: 2 }); // [4, 6]
 * const y = routedBlocks(x, gates, np.ones([6, 3, 5]), np.zeros([6, 5]), { capacity: 4 });
 */
export function topKRouter(logits: np.Array, options: TopKOptions): np.Array {
  checkTable("topKRouter", "logits", logits);
  checkTopK("topKRouter", logits, options);
  const chosen = hardTopK(detach(logits.ref), options.k);
  return chosenShares(logits, chosen, options.normalize);
}

export function checkTopK(name: string, logits: np.Array, options: TopKOptions): void {
  checkNames(name, options, ["k", "normalize"]);
  const { k, normalize = false } = options;
  checkCount(name, logits, k);
  if (normalize && k === 1)
    throw new RangeError(
      `${name}: with normalize and k = 1 every gate is 1 and the router gets no gradient; leave normalize out, or use k = 2 or more.`,
    );
}

/** `softmax` of the logits where chosen is 1, else 0; normalized: over the chosen ones. Consumes both. */
export function chosenShares(logits: np.Array, chosen: np.Array, normalize = false): np.Array {
  const e = np.exp(fromTop(logits));
  const kept = np.where(np.equal(chosen, 1), e.ref, 0);
  return kept.ref.div(np.sum(normalize ? kept : e, -1, { keepdims: true }));
}
