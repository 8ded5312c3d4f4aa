import { numpy as np } from "@jax-js/jax";
import { checkNames, wholeNumber } from "../../arguments.ts";
import { withoutPadding } from "../../padding.ts";
import type { RateControl } from "../rate-control.ts";
import { type BalanceOptions, loadTimesMean } from "./balance.ts";
import { checkTable, columnOf, openMask, type Padding } from "./tokens.ts";

/**
 * ReLU routing (ReMoE): `gate = max(0, logit)`, with gradient 0 at 0. Continuous, so that plain gradients train it; how many experts a token
 * opens is free, and `reluRouterPenalty` with a strength that follows the rate keeps it at k on average.
 *
 * @param logits `[tokens, experts]`. Consumed.
 * @returns gates `[tokens, experts]`, 0 or more.
 * @throws RangeError for another shape and for logits that are not finite.
 * @see Wang, Zhu & Chen 2025, arXiv 2412.14711; Bengio, Léonard & Courville 2013 for rectifier gates
 * @example
 * reluRouter(np.array([[0.5, -1, 2]])); // [[0.5, 0, 2]]
 */
export function reluRouter(logits: np.Array): np.Array {
  checkTable("reluRouter", "logits", logits);
  // NaN stays; and a gate at 0 is closed, without the gradient that a maximum would give it.
  return np.where(np.lessEqual(logits.ref, 0), 0, logits);
}

/**
 * The penalty of ReLU routing: `E sum_e f_e (sum_t w_t gate_te / sum_t w_t)`, where `f_e` is the share of the load of expert
 * e, as in `balanceLoss`: the sum of the gates, dearer for busy experts.
 *
 * @param gates `[tokens, experts]`, 0 or more. Consumed, as the weights are.
 * @returns a scalar, to be added to the mean loss times the strength of `followRate`.
 * @throws RangeError for a k that is no whole number from 1 to E, other shapes, negative weights.
 * @see Wang, Zhu & Chen 2025
 * @example
 * const loss = np.mean(losses).add(reluRouterPenalty(reluRouter(logits), { k: 2 }).mul(strength));
 */
export function reluRouterPenalty(gates: np.Array, options: BalanceOptions = {}): np.Array {
  checkNames("reluRouterPenalty", options, ["k", "weights"]);
  const { k = 1, weights } = options;
  checkTable("reluRouterPenalty", "gates", gates, weights);
  const real = withoutPadding(gates, weights?.ref);
  return loadTimesMean("reluRouterPenalty", real.ref, real, k, weights);
}

/**
 * The settings with which `followRate` is ReMoE's rule: the strength times 1.2 after a step whose rate of open gates is above
 * k / E, divided by 1.2 after one below. The two differ at a rate of exactly k / E, where `followRate` holds and ReMoE
 * divides, and at the limits, 1e-12 and 1e6 here, where ReMoE has none.
 *
 * @param experts E, 2 or more.
 * @param k wanted experts per token, from 1 to E - 1.
 * @throws RangeError for others.
 * @see Wang, Zhu & Chen 2025
 * @example
 * const settings = reluRouterControl(8, 2);
 * let control = startRateControl(1e-8, settings); // once
 * control = followRate(control, openShare(reluRouter(logits)), settings); // after each step
 */
export function reluRouterControl(experts: number, k: number): RateControl {
  wholeNumber("reluRouterControl", "experts", experts, 2, 2 ** 20);
  wholeNumber("reluRouterControl", "k", k, 1, experts - 1);
  return { rate: k / experts, band: 0, factor: 1.2, decay: 0, low: 1e-12, high: 1e6 };
}

/**
 * The share of gates that are open, a scalar without gradient: what `followRate` takes.
 *
 * @param gates `[tokens, experts]`. Consumed, as the weights are.
 * @throws RangeError for another shape and negative weights.
 * @example
 * openShare(np.array([[1, 0], [0.5, 2]])); // 0.75
 */
export function openShare(gates: np.Array, options: Padding = {}): np.Array {
  checkNames("openShare", options, ["weights"]);
  const { weights } = options;
  checkTable("openShare", "gates", gates, weights);
  const [tokens, experts] = gates.shape as [number, number];
  const { column, total } = columnOf(tokens, weights);
  return np.sum(openMask(gates).mul(column)).div(total.mul(experts));
}
