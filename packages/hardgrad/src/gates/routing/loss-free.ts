import { numpy as np } from "@jax-js/jax";
import { checkNames, wholeNumber } from "../../arguments.ts";
import { hardTopK } from "../../distributions/ranks.ts";
import { detach } from "../../surrogate.ts";
import type { NamedArrays } from "../../types.ts";
import { expertLoad } from "./load.ts";
import { checkTable, type Padding, shares } from "./tokens.ts";
import { checkTopK, chosenShares, type TopKOptions } from "./top-k.ts";

/**
 * The state of loss-free balancing before the first step: `{ bias }`, `[experts]`, all 0.
 *
 * @param experts 1 or more.
 * @throws RangeError for a number of experts that is no whole number from 1.
 * @example
 * const state = startRouterBias(8); // { bias }
 */
export function startRouterBias(experts: number): NamedArrays {
  wholeNumber("startRouterBias", "experts", experts, 1, 2 ** 20);
  return { bias: np.zeros([experts]) };
}

/**
 * Loss-free balancing: each token goes to the k experts with the largest `p + bias`, p = softmax(logits), and is weighed
 * with p. The bias has no gradient: `followLoad` moves it after each step, so that no balancing loss pulls at the task's
 * gradient. In use, the bias of the last step is a constant.
 *
 * @param logits `[tokens, experts]`. Consumed, as the state is.
 * @param state `{ bias }`.
 * @returns gates `[tokens, experts]`, 0 where an expert is not chosen.
 * @throws RangeError for a k that is no whole number from 1 to the experts, `normalize` with k = 1, a bias of another shape,
 *   logits that are not finite.
 * @see Wang et al. 2024, arXiv 2408.15664
 * @example
 * const { bias } = startRouterBias(6); // once
 * const gates = lossFreeRouter(logits, { bias: bias.ref }, { k: 2 });
 * const next = followLoad({ bias }, gates.ref);
 */
export function lossFreeRouter(logits: np.Array, state: NamedArrays, options: TopKOptions): np.Array {
  checkTable("lossFreeRouter", "logits", logits);
  checkTopK("lossFreeRouter", logits, options);
  const bias = state?.bias;
  checkBias("lossFreeRouter", bias, logits.shape[1]!);
  const chosen = hardTopK(detach(shares(logits.ref)).add(detach(bias!)), options.k);
  return chosenShares(logits, chosen, options.normalize);
}

/** Options of `followLoad`. */
export interface FollowLoadOptions extends Padding {
  /** Step u of the bias, above 0 (default 0.001). */
  readonly rate?: number;
}

/**
 * The bias for the next step: `bias_e + u sign(mean load - load_e)`, where the load of an expert is the number of tokens
 * (or their weights) that chose it. Busy experts become less likely. A fixed u ends in a cycle of about u. Holds no gradient.
 *
 * @param state `{ bias }`. Consumed, as everything here is.
 * @param gates of this step, `[tokens, experts]`, before `limitCapacity`.
 * @throws RangeError for a rate that is not above 0, and for shapes that do not fit.
 * @see Wang et al. 2024
 * @example
 * const gates = lossFreeRouter(logits, startRouterBias(6), { k: 2 });
 * const next = followLoad(startRouterBias(6), gates, { rate: 0.001 });
 */
export function followLoad(
  state: NamedArrays,
  gates: np.Array,
  options: FollowLoadOptions = {},
): NamedArrays {
  checkNames("followLoad", options, ["rate", "weights"]);
  const { rate = 0.001, weights } = options;
  checkTable("followLoad", "gates", gates, weights);
  const experts = gates.shape[1]!;
  const bias = state?.bias;
  checkBias("followLoad", bias, experts);
  if (!(rate > 0 && Number.isFinite(rate)))
    throw new RangeError(`followLoad: the rate must be a number above 0, not ${rate}.`);
  const load = expertLoad(gates, weights && { weights });
  const short = np.sign(np.mean(load.ref).sub(load));
  return { bias: detach(bias!).add(short.mul(rate)) };
}

function checkBias(name: string, bias: np.Array | undefined, experts: number): void {
  if (bias?.shape?.join() === `${experts}`) return;
  throw new RangeError(
    `${name}: the state must be { bias } of shape [${experts}], one per expert, not ${bias ? `[${bias.shape}]` : "without bias"}; begin with startRouterBias(${experts}).`,
  );
}
