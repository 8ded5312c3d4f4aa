import { numpy as np } from "@jax-js/jax";
import type { UpdateRule } from "hardgrad";
import { map } from "./named-arrays.ts";

/**
 * An optimizer after whose steps the weights into each unit have at most this norm: a column of a matrix `[inputs,
 * outputs]` that is longer is scaled back. Vectors (biases) are left alone.
 *
 * @param limit above 0.
 * @see Srebro & Shraibman 2005; with dropout, Hinton et al. 2012, arXiv 1207.0580
 * @example
 * const optimizer = maxNorm(sgd({ momentum: 0 }), 2);
 */
export function maxNorm(optimizer: UpdateRule, limit: number): UpdateRule {
  if (!(limit > 0)) throw new RangeError(`maxNorm: the limit must be a number above 0, not ${limit}.`);
  return {
    init: optimizer.init,
    update: (gradients, state, params, learningRate) => {
      const next = optimizer.update(gradients, state, params, learningRate);
      return { state: next.state, params: map(next.params, (x) => (x.ndim === 2 ? within(x, limit) : x)) };
    },
  };
}

function within(x: np.Array, limit: number): np.Array {
  const norms = np.sqrt(np.sum(np.square(x.ref), 0, { keepdims: true }));
  return x.mul(np.minimum(np.reciprocal(np.maximum(norms, 1e-12)).mul(limit), 1));
}
