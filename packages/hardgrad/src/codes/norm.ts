import { numpy as np } from "@jax-js/jax";
import { detach } from "../surrogate.ts";

/**
 * Rows of norm 1 and their norms `[..., 1]`; a row of zeros stays, without a gradient. The largest entry is taken out first,
 * so that no square over- or underflows. Consumes x.
 */
export function unitRows(x: np.Array): { unit: np.Array; norm: np.Array } {
  const largest = np.max(np.abs(detach(x.ref)), -1, { keepdims: true });
  const zero = np.less(largest.ref, 2 ** -126);
  const safe = np.where(zero.ref, 1, largest);
  const small = np.where(zero.ref, 0, x.div(safe.ref));
  const square = np.sum(np.square(small.ref), -1, { keepdims: true });
  const root = np.sqrt(np.where(zero.ref, 1, square));
  return { unit: small.div(root.ref), norm: np.where(zero, 0, root.mul(safe)) };
}
