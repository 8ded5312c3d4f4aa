import { numpy as np } from "@jax-js/jax";
import { lastAxes } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";

/** Between one number per example and the axes of the event. */

/**
 * One number per example, with an axis of length 1 for each axis of the event: to multiply scores by losses.
 *
 * @param perExample `[...batch]`, or `[...samples, ...batch]`. Consumed.
 * @example
 * const wide = overEvent(q, losses); // [...batch, 1]
 */
export function overEvent(q: Distribution, perExample: np.Array): np.Array {
  return perExample.reshape([...perExample.shape, ...q.eventShape.map(() => 1)]);
}

/**
 * The sum over the axes of the event: one number per example.
 *
 * @param x `[...batch, ...event]`. Consumed.
 * @example
 * const open = sumEvent(q, h); // [...batch]
 */
export function sumEvent(q: Distribution, x: np.Array): np.Array {
  return np.sum(x, lastAxes(q.eventShape.length));
}
