import { numpy as np } from "@jax-js/jax";
import { checkNames } from "../../arguments.ts";
import { checkTable, columnOf, openMask, type Padding } from "./tokens.ts";

/**
 * The load of each expert: how many tokens (or their weights) open it. Without gradient. Add it up over batches: the largest
 * over the mean says how busy the busiest expert is, and an expert of load 0 learns nothing.
 *
 * @param gates `[tokens, experts]`, 0 where closed: before `limitCapacity` what was asked of an expert, after it what it got.
 *   Consumed, as the weights are.
 * @returns `[experts]`.
 * @throws RangeError for another shape and negative weights.
 * @example
 * expertLoad(np.array([[1, 0, 0.5], [0.2, 0, 0]])); // [2, 0, 1]
 */
export function expertLoad(gates: np.Array, options: Padding = {}): np.Array {
  checkNames("expertLoad", options, ["weights"]);
  const { weights } = options;
  checkTable("expertLoad", "gates", gates, weights);
  const { column, total } = columnOf(gates.shape[0]!, weights);
  total.dispose();
  return np.sum(openMask(gates).mul(column), 0);
}
