import { numpy as np, random } from "@jax-js/jax";
import { checkShape } from "./named-arrays.ts";

/** From gates of units to masks of weights. Gates and masks are 1 or 0. */

/**
 * Units that any task so far needs: `max(a, b)`. Also for masks of weights. Consumes both.
 *
 * @param a of any shape.
 * @param b of the same shape.
 * @throws RangeError for two masks of different shapes.
 * @example
 * union(np.array([1, 0, 0]), np.array([0, 0, 1])); // [1, 0, 1]
 */
export function union(a: np.Array, b: np.Array): np.Array {
  checkShape("union", "the second mask", b, a.shape);
  return np.maximum(a, b);
}

/**
 * Weights `[inputs, outputs]` between two layers of gated units that still may change: `1 - min(a_out, a_in)`, where a
 * is the union over the finished tasks. The first layer, whose inputs are not gated: `1 - a_out`. Consumes both.
 *
 * Bias: `openUnits(used)`.
 *
 * @param inputs used units of the layer before, `[inputs]`; undefined if its units are not gated.
 * @param outputs used units of this layer, `[outputs]`.
 * @returns `[inputs, outputs]`, or `[1, outputs]`.
 * @see Serrà et al. 2018, equation 2
 * @example
 * openWeights(np.array([1, 0]), np.array([1, 1, 0])); // [[0, 0, 1], [1, 1, 1]]
 */
export function openWeights(inputs: np.Array | undefined, outputs: np.Array): np.Array {
  return np.negative(usedWeights(inputs, outputs)).add(1);
}

/**
 * Weights that connect open units: `min(a_out, a_in)`, `[inputs, outputs]`; without input gates `[1, outputs]`.
 * Consumes both.
 *
 * @param inputs gates of the layer before, `[inputs]`; undefined if its units are not gated.
 * @param outputs gates of this layer, `[outputs]`.
 * @example
 * usedWeights(np.array([1, 0]), np.array([1, 1, 0])); // [[1, 1, 0], [0, 0, 0]]
 */
export function usedWeights(inputs: np.Array | undefined, outputs: np.Array): np.Array {
  const row = outputs.reshape([1, -1]);
  return inputs === undefined ? row : np.minimum(inputs.reshape([-1, 1]), row);
}

/**
 * Units (and their biases) that may change: `1 - used`. Consumes it.
 *
 * @param used 1 or 0, of any shape.
 * @example
 * openUnits(np.array([1, 0])); // [0, 1]
 */
export function openUnits(used: np.Array): np.Array {
  return np.negative(used).add(1);
}

/**
 * Fixed random gates (context-dependent gating, XdG): for every task another random share of the units is closed.
 * They are not learned and by themselves protect nothing: tasks share units. Consumes the key.
 *
 * @param closed share of the units that a task does without, 0 to below 1 (the paper: 0.8).
 * @returns `[tasks, units]`, each row with exactly `round((1 - closed) units)` ones.
 * @see Masse, Grant & Freedman 2018, doi 10.1073/pnas.1803839115
 * @example
 * const gates = randomGates(random.key(0), 5, 400, 0.8); // 80 units for each task
 */
export function randomGates(key: np.Array, tasks: number, units: number, closed: number): np.Array {
  const open = Math.round((1 - closed) * units);
  if (!(closed >= 0 && closed < 1) || open < 1)
    throw new RangeError(
      `randomGates: closed must be a share from 0 to below 1 that leaves a unit, not ${closed} of ${units} units.`,
    );
  // Ranks, not a threshold: a tie between two draws must not open one gate too many.
  const order = np.argsort(random.uniform(key, [tasks, units]), -1);
  return np.less(np.argsort(order, -1), open).astype(np.float32);
}
