import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";
import { described, isArray } from "../arguments.ts";
import { oneHotOf } from "../distributions/one-hot.ts";

/** What tells vectors that count from padding. */
export interface VectorWeights {
  /**
   * A weight per vector, of the shape of its indices, 0 or more: 0 for padding, which counts as if it were not there,
   * whatever stands in it. Absent: 1 for all. Consumed.
   */
  readonly weights?: np.Array;
}

/** Refuses weights that are not one number of 0 or more per vector. Keeps them. */
export function checkWeights(name: string, shape: readonly number[], weights?: np.Array): void {
  if (weights === undefined) return;
  if (!isArray(weights) || weights.shape.join() !== shape.join())
    throw new RangeError(
      `${name}: weights must have shape [${shape}], one per vector, not ${isArray(weights) ? `[${weights.shape}]` : described(weights)}.`,
    );
  if (!(weights instanceof ConcreteArray) || weights.device === "webgpu") return;
  const bad = weights.ref.dataSync().find((w: number) => !(w >= 0 && w < Number.POSITIVE_INFINITY));
  if (bad !== undefined)
    throw new RangeError(`${name}: a weight is ${bad}; weights must be finite and 0 or more, 0 for padding.`);
}

/** `[vectors, 1]`. Consumes the weights. */
export const weightColumn = (weights: np.Array): np.Array => weights.astype(np.float32).reshape([-1, 1]);

/** What each vector adds to the count of its code, `[vectors, codes]`: its weight; nothing where there is no such code. Consumes both. */
export function weightedOneHot(indices: np.Array, codes: number, weights?: np.Array): np.Array {
  const rows = oneHotOf(indices.reshape([-1]), codes);
  return weights ? rows.mul(weightColumn(weights)) : rows;
}
