import { numpy as np } from "@jax-js/jax";
import { checkNames, wholeNumber } from "../../arguments.ts";
import { detach } from "../../surrogate.ts";
import { checkTable, type Padding, shares, topTokens } from "./tokens.ts";

/** Options of `expertChoiceRouter`. */
export interface ExpertChoiceOptions extends Padding {
  /** Tokens that each expert takes, a whole number from 1 to all: `expertCapacity` gives the usual number. */
  readonly capacity: number;
}

/**
 * Expert choice: each expert takes the `capacity` tokens that have the largest `softmax(logits_t)_e` for it, and weighs them
 * with that. Balanced by construction, so it needs no balancing loss. A token may be taken by several experts or by none.
 *
 * A choice depends on the other tokens of the batch: it must not be used where these come later in a sequence, and a single
 * token is taken by every expert. A threshold for each expert, measured on other data, is its form in use.
 *
 * @param logits `[tokens, experts]`. Consumed, as the weights are.
 * @returns gates `[tokens, experts]`, 0 where a token is not taken; padding is never taken.
 * @throws RangeError for a capacity that is no whole number from 1 to the tokens, other shapes, logits that are not finite.
 * @see Zhou et al. 2022, arXiv 2202.09368
 * @example
 * const capacity = expertCapacity(4, 6, { k: 2, factor: 1 });
 * const gates = expertChoiceRouter(logits, { capacity }); // logits [4, 6]
 */
export function expertChoiceRouter(logits: np.Array, options: ExpertChoiceOptions): np.Array {
  checkNames("expertChoiceRouter", options, ["capacity", "weights"]);
  const { capacity, weights } = options;
  checkTable("expertChoiceRouter", "logits", logits, weights);
  wholeNumber("expertChoiceRouter", "capacity", capacity, 1, logits.shape[0]!);
  const padding = weights && np.equal(weights.ref, 0).reshape([-1, 1]);
  const p = shares(padding ? np.where(padding, 0, logits) : logits);
  const taken = topTokens(p.ref, capacity, weights);
  const broken = np.isnan(detach(p.ref));
  return np.where(broken, Number.NaN, np.where(taken, p, 0));
}
