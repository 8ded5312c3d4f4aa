import type { numpy as np } from "@jax-js/jax";
import type { Reference, ReferenceKey } from "../types.ts";

/**
 * A deterministic hard non-linearity with something in place of its derivative. Infinities are large numbers, without a
 * gradient; where an entry is NaN, so are its value and gradient.
 */
export interface Unit {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  /** The paper: a key of `references`, or a record of one's own. Absent: older than papers on it. */
  readonly reference?: ReferenceKey | Reference;
  /** Exactly hard forward; backward the incoming gradient times the pseudo-derivative. Consumes x. */
  apply(x: np.Array): np.Array;
  /** The pseudo-derivative at x, for figures; undefined where it is not elementwise. Consumes x. */
  slope?(x: np.Array): np.Array;
}
