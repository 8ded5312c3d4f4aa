import { numpy as np } from "@jax-js/jax";

/** 0 in the rows whose weight is 0, whatever stands in them. Consumes both. */
export function withoutPadding(rows: np.Array, weights?: np.Array): np.Array {
  return weights ? np.where(np.greater(weights, 0).reshape([-1, 1]), rows, 0) : rows;
}
