import { numpy as np } from "@jax-js/jax";
import { checkNames, wholeNumber } from "../../arguments.ts";
import { ranks } from "../../distributions/ranks.ts";
import { withoutPadding } from "../../padding.ts";
import { detach } from "../../surrogate.ts";
import { checkTable, type Padding } from "./tokens.ts";

/**
 * Tokens that an expert has room for: `ceil(tokens k factor / experts)`, from 1 to all tokens.
 *
 * @param options.k experts per token, 1 or more (default 1).
 * @param options.factor capacity factor c, above 0: 1 is just enough if the load is balanced (default 1.25).
 * @throws RangeError for others.
 * @see Fedus, Zoph & Shazeer 2022
 * @example
 * expertCapacity(256, 8, { k: 2, factor: 1.25 }); // 80
 */
export function expertCapacity(
  tokens: number,
  experts: number,
  options: { readonly k?: number; readonly factor?: number } = {},
): number {
  checkNames("expertCapacity", options, ["k", "factor"]);
  const { k = 1, factor = 1.25 } = options;
  wholeNumber("expertCapacity", "tokens", tokens, 1, 2 ** 31);
  wholeNumber("expertCapacity", "experts", experts, 1, 2 ** 20);
  wholeNumber("expertCapacity", "k", k, 1, experts);
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new RangeError(`expertCapacity: factor must be a number above 0, not ${factor}.`);
  // 100 * 1.1 / 11 is a little more than 10 in floating point.
  return Math.min(tokens, Math.ceil((tokens * k * factor) / experts - 1e-9));
}

/** Options of `limitCapacity`. */
export interface CapacityOptions extends Padding {
  /** Tokens that an expert has room for, a whole number from 1 to all: see `expertCapacity`. */
  readonly capacity: number;
  /** Who goes first: tokens with the largest gate (default), or those that stand first in the batch. */
  readonly order?: "score" | "position";
}

/**
 * Gates of which no expert has more than its capacity: what finds no room is closed, with output and gradient 0, so that
 * the token passes on by the residual connection. All first choices come before all second ones; among equal choices the
 * order is by the token's largest gate (batch priority), or by position.
 *
 * @param gates `[tokens, experts]`, 0 where closed; a token's first choice is its largest gate. Consumed, as the weights are.
 * @returns the gates; `dropped`, choices that found no room; `unserved`, tokens none of whose choices did. The last two are
 *   scalars. Padding takes no room and is not counted; its gates are 0.
 * @throws RangeError for a capacity that is no whole number from 1 to the tokens, another order or shape.
 * @see Riquelme et al. 2021, arXiv 2106.05974
 * @example
 * const { gates, dropped } = limitCapacity(topKRouter(logits, { k: 2 }), { capacity: 2 }); // logits [4, 6]
 * const y = routedBlocks(x, gates, np.ones([6, 3, 5]), np.zeros([6, 5]), { capacity: 2 }); // room for all that are left
 */
export function limitCapacity(
  gates: np.Array,
  options: CapacityOptions,
): { gates: np.Array; dropped: np.Array; unserved: np.Array } {
  checkNames("limitCapacity", options, ["capacity", "order", "weights"]);
  const { capacity, order = "score", weights } = options;
  checkTable("limitCapacity", "gates", gates, weights);
  const tokens = gates.shape[0]!;
  wholeNumber("limitCapacity", "capacity", capacity, 1, tokens);
  if (order !== "score" && order !== "position")
    throw new RangeError(`limitCapacity: order must be "score" or "position", not ${order}.`);
  const real = withoutPadding(gates, weights);
  const broken = np.isnan(detach(real.ref));
  const open = np.notEqual(detach(real.ref), 0);
  const queue = queues(detach(real.ref), open.ref, order);
  const kept = np.logicalAnd(open.ref, np.less(queue, capacity));
  const count = (x: np.Array): np.Array => np.sum(x.astype(np.float32));
  const any = (x: np.Array): np.Array => np.max(x.astype(np.float32), -1);
  const unserved = np.sum(any(open.ref).sub(any(kept.ref)));
  const dropped = count(open).sub(count(kept.ref));
  // NaN comes last in its queue, and is not hidden where it finds no room.
  return { gates: np.where(np.logicalOr(kept, broken), real, 0), dropped, unserved };
}

/** How many stand before a token at an expert. Consumes both. */
function queues(gates: np.Array, open: np.Array, order: "score" | "position"): np.Array {
  const [tokens, experts] = gates.shape as [number, number];
  const size = np.where(np.isnan(gates.ref), -1, np.abs(gates));
  const choice = ranks(size.ref).astype(np.float32);
  const largest = np.max(size, -1);
  const place = order === "score" ? ranks(largest).astype(np.float32) : np.arange(tokens).astype(np.float32);
  const turn = choice.mul(tokens).add(place.reshape([tokens, 1]));
  const waiting = np.where(open, turn, tokens * experts);
  return ranks(np.negative(waiting).transpose()).transpose();
}
