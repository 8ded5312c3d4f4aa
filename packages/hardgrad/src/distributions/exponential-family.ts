import type { numpy as np } from "@jax-js/jax";
import type { Distribution } from "../types.ts";
import { functionsOf } from "./index.ts";

/** With natural parameters as logits the derivative of `log P(x)` is `x - mean`. Consumes both. */
export function exponentialFamilyScore(q: Distribution, sample: np.Array): np.Array {
  return sample.sub(functionsOf(q).mean(q));
}
