import { numpy as np } from "@jax-js/jax";
import { checkNames, wholeNumber } from "../../arguments.ts";
import { logsumexp } from "../../math.ts";
import { withoutPadding } from "../../padding.ts";
import { checkTable, columnOf, openMask, type Padding, shares } from "./tokens.ts";

/** Options of `balanceLoss` and `reluRouterPenalty`. */
export interface BalanceOptions extends Padding {
  /** Experts per token, 1 or more (default 1). */
  readonly k?: number;
}

/**
 * Switch's load-balancing loss: `E sum_e f_e P_e`, where `f_e = sum_t w_t [e chosen for t] / (k sum_t w_t)` is the share of
 * the load of expert e and `P_e = sum_t w_t p_te / sum_t w_t` its mean probability. 1 when balanced, at most E. f has no
 * gradient. Because k is in f, the value does not depend on it; some implementations leave it out and are k when balanced.
 *
 * @param logits of the router, `[tokens, experts]`. Consumed, as everything here is.
 * @param gates of the router, `[tokens, experts]`, 0 where an expert is not chosen; before `limitCapacity`.
 * @returns a scalar, to be added to the mean loss with a coefficient of 0.001 to 0.01.
 * @throws RangeError for a k that is no whole number from 1 to E, other shapes, negative weights, logits that are not finite.
 * @see Fedus, Zoph & Shazeer 2022, arXiv 2101.03961
 * @example
 * const gates = topKRouter(logits.ref, { k: 2 });
 * const loss = np.mean(losses).add(balanceLoss(logits, gates.ref, { k: 2 }).mul(0.01));
 */
export function balanceLoss(logits: np.Array, gates: np.Array, options: BalanceOptions = {}): np.Array {
  checkNames("balanceLoss", options, ["k", "weights"]);
  const { k = 1, weights } = options;
  checkTable("balanceLoss", "logits", logits, weights);
  checkTable("balanceLoss", "gates", gates, weights);
  const p = shares(withoutPadding(logits, weights?.ref));
  return loadTimesMean("balanceLoss", gates, p, k, weights);
}

/**
 * The router z-loss: `sum_t w_t logsumexp(logits_t)^2 / sum_t w_t`. It keeps the logits small, where float16 is exact.
 *
 * @param logits of the router, `[tokens, experts]`. Consumed, as the weights are.
 * @returns a scalar, to be added to the mean loss with a coefficient of about 0.001.
 * @throws RangeError for other shapes, negative weights, logits that are not finite.
 * @see Zoph et al. 2022, arXiv 2202.08906
 * @example
 * const loss = np.mean(losses).add(routerZLoss(logits).mul(0.001));
 */
export function routerZLoss(logits: np.Array, options: Padding = {}): np.Array {
  checkNames("routerZLoss", options, ["weights"]);
  const { weights } = options;
  checkTable("routerZLoss", "logits", logits, weights);
  const tokens = logits.shape[0]!;
  const squares = np.square(logsumexp(withoutPadding(logits, weights?.ref), { keepdims: true }));
  const { column, total } = columnOf(tokens, weights);
  return np.sum(squares.mul(column)).div(total);
}

/** `E sum_e (share of the load of e) (mean of the values of e)`. Consumes gates, values and weights. */
export function loadTimesMean(
  name: string,
  gates: np.Array,
  values: np.Array,
  k: number,
  weights?: np.Array,
): np.Array {
  const [tokens, experts] = values.shape as [number, number];
  wholeNumber(name, "k", k, 1, experts);
  if (gates.shape.join() !== values.shape.join())
    throw new RangeError(
      `${name}: gates of shape [${gates.shape}] do not fit logits of shape [${values.shape}]; both must be [tokens, experts].`,
    );
  const { column, total } = columnOf(tokens, weights);
  const load = np.sum(openMask(gates).mul(column.ref), 0).div(total.ref.mul(k));
  const mean = np.sum(values.mul(column), 0).div(total);
  return np.sum(load.mul(mean)).mul(experts);
}
