import { numpy as np } from "@jax-js/jax";
import { checkFloats, checkNames, wholeNumber } from "../../arguments.ts";
import { detach } from "../../surrogate.ts";
import type { ExpertChoiceOptions } from "./expert-choice.ts";
import { checkTable, topTokens } from "./tokens.ts";

/**
 * Mixture-of-Depths: of all tokens, the `capacity` (the paper: one in eight) with the largest scores pass through the block, `x + gate f(x)` with
 * `gate = score`; the others keep x. One expert that chooses its tokens.
 *
 * As with `expertChoiceRouter` the choice looks at the whole batch. In use, a small predictor trained on who was chosen
 * decides for each token alone.
 *
 * @param scores `[tokens]`, such as `x w`. Consumed, as the weights are.
 * @returns gates `[tokens, 1]`, for `routedBlocks` with one block.
 * @throws RangeError for another capacity or shape, negative weights, and scores that are not finite.
 * @see Raposo et al. 2024, arXiv 2404.02258
 * @example
 * const gates = depthRouter(np.sum(x.ref, -1), { capacity: 2 }); // [4, 1] of x [4, 3]
 * const y = x.ref.add(routedBlocks(x, gates, np.ones([1, 3, 3]), np.zeros([1, 3]), { capacity: 2 }));
 */
export function depthRouter(scores: np.Array, options: ExpertChoiceOptions): np.Array {
  checkNames("depthRouter", options, ["capacity", "weights"]);
  const { capacity, weights } = options;
  checkFloats("depthRouter", "scores", scores);
  if (scores.ndim !== 1)
    throw new RangeError(
      `depthRouter: scores must have shape [tokens], not [${scores.shape}]; reshape them.`,
    );
  const column = scores.reshape([-1, 1]);
  checkTable("depthRouter", "scores", column, weights);
  wholeNumber("depthRouter", "capacity", capacity, 1, column.shape[0]!);
  const padding = weights && np.equal(weights.ref, 0).reshape([-1, 1]);
  const real = padding ? np.where(padding, 0, column) : column;
  const chosen = topTokens(real.ref, capacity, weights);
  const broken = np.isnan(detach(real.ref));
  return np.where(np.logicalOr(chosen, broken), real, 0);
}
