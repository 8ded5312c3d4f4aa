import { numpy as np } from "@jax-js/jax";
import { lastAxes } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";

/** Between one number per example and the axes of the event. */

/** One number per example, spread over the axes of the event. */
export function overEvent(q: Distribution, perExample: np.Array): np.Array {
  return perExample.reshape([...perExample.shape, ...q.eventShape.map(() => 1)]);
}

/** The sum over the event: one number per example. */
export function sumEvent(q: Distribution, x: np.Array): np.Array {
  return np.sum(x, lastAxes(q.eventShape.length));
}
