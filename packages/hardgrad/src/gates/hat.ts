import { numpy as np } from "@jax-js/jax";
import { finite, hardOrNaN, sigmoid } from "../math.ts";
import { takeScalar } from "../scalars.ts";
import { linearGradient } from "../surrogate.ts";
import { checkShape } from "./named-arrays.ts";

/**
 * Hard attention to the task (HAT): every task has one gate per unit, `a = sigmoid(s e)`, learned with the weights while
 * the slope s grows (Serrà, Surís, Miron & Karatzoglou 2018).
 */

/** Largest slope of the paper. */
const MAXIMUM = 400;

/**
 * The slope at a point of an epoch: `s = 1/m + (m - 1/m) progress`, from 1/m to m.
 *
 * @param progress `(batch - 1) / (batches - 1)` within the epoch, 0 to 1.
 * @param maximum m, above 1 (default 400).
 * @throws RangeError for progress outside 0 to 1, and for a maximum that is not above 1.
 * @example
 * hatSlope(0.5); // 200.00125
 */
export function hatSlope(progress: number, maximum: number = MAXIMUM): number {
  if (!(progress >= 0 && progress <= 1))
    throw new RangeError(`hatSlope: progress must be a number from 0 to 1, not ${progress}.`);
  if (!(maximum > 1)) throw new RangeError(`hatSlope: the maximum must be a number above 1, not ${maximum}.`);
  return 1 / maximum + (maximum - 1 / maximum) * progress;
}

/**
 * Annealed gate with the paper's compensation: forward `sigmoid(s e)`, backward `g m sigmoid'(e)`.
 *
 * The paper multiplies the gradient of the embedding by `m (cosh(s e) + 1) / (s (cosh(e) + 1))`. As `sigmoid'(x) =
 * 1 / (2 (cosh(x) + 1))`, the product is `m sigmoid'(e)` whatever s is: written so, nothing overflows and no clipping of
 * `s e` is needed. Consumes the embedding and the slope.
 *
 * @param embedding e, one per unit, best kept within [-6, 6] by `clampEmbedding`.
 * @param slope s, a scalar array (see `hatSlope`).
 * @param options.maximum m, above 1 (default 400).
 * @throws RangeError for a slope that is no scalar from 1e-6 to 1e6; inside `jit` the result is NaN then.
 * @example
 * const gate = hatGate(embedding, np.array(hatSlope(0.5)));
 */
export function hatGate(embedding: np.Array, slope: np.Array, options: { maximum?: number } = {}): np.Array {
  const { maximum = MAXIMUM } = options;
  if (!(maximum > 1)) throw new RangeError(`hatGate: the maximum must be a number above 1, not ${maximum}.`);
  const s = takeScalar("hatGate", "slope", slope, { min: 1e-6, max: 1e6 });
  const derivative = sigmoid(embedding.ref)
    .mul(sigmoid(np.negative(embedding.ref)))
    .mul(maximum);
  return linearGradient(sigmoid(embedding.ref.mul(s)), finite(embedding), derivative);
}

/**
 * Embeddings within [-6, 6], so that a gate can still change its mind. Consumes them. Apply it after every update.
 *
 * @param embedding of any shape.
 * @example
 * clampEmbedding(np.array([-9, 2])); // [-6, 2]
 */
export function clampEmbedding(embedding: np.Array): np.Array {
  return np.clip(embedding, -6, 6);
}

/**
 * The gate at the end of a task: exactly 1 where the embedding is positive, else exactly 0. Consumes it.
 *
 * @param embedding of any shape.
 * @example
 * hardGate(np.array([-9, 2])); // [0, 1]
 */
export function hardGate(embedding: np.Array): np.Array {
  return hardOrNaN(np.greater(embedding.ref, 0), embedding);
}

/**
 * Capacity regularizer: the share of the units that earlier tasks left free which this task's gates take,
 * `R = sum a (1 - used) / sum (1 - used)` over all layers. Consumes both.
 *
 * @param gates this task's gates, one array per layer.
 * @param used the union of the gates of earlier tasks, 0 or 1, one array per layer, of the shape of its gates.
 * @throws RangeError for lists of another length, or shapes that differ.
 * @example
 * const loss = np.mean(losses).add(capacityPenalty([hatGate(embedding, np.array(400))], [used]).mul(0.75));
 */
export function capacityPenalty(gates: readonly np.Array[], used: readonly np.Array[]): np.Array {
  if (gates.length === 0 || gates.length !== used.length)
    throw new RangeError(
      `capacityPenalty: ${gates.length} layers of gates, but ${used.length} of used units.`,
    );
  gates.forEach((a, i) => {
    checkShape("capacityPenalty", `the gates of layer ${i + 1}`, a, used[i]!.shape);
  });
  const free = used.map((u) => np.negative(u).add(1));
  const taken = gates.map((a, i) => np.sum(a.mul(free[i]!.ref)));
  const room = free.map((f) => np.sum(f));
  const add = (terms: np.Array[]): np.Array => terms.reduce((sum, t) => sum.add(t));
  return add(taken).div(np.maximum(add(room), 1));
}
