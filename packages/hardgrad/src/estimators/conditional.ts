import { nn, numpy as np } from "@jax-js/jax";
import { logSigmoid, softplus } from "../math.ts";

/**
 * Perturbed logits given the hard sample they led to: what `logits - log E` (Gumbel) or `logits - logit u`
 * (logistic) looks like once the winner is known. Differentiable in the logits with sample and noise held fixed.
 */

/** `z` given `b = 1[z > 0]`, z = a - logit u'. `fresh`: uniform on (0, 1). Consumes all three. */
export function conditionalLogistic(a: np.Array, b: np.Array, fresh: np.Array): np.Array {
  // b = 1: u' = p v, so z = softplus(a) + log((1 - p v) / v). b = 0: u' = p + (1 - p) v.
  const p = np.exp(logSigmoid(a.ref));
  const one = softplus(a.ref)
    .add(np.log1p(np.negative(p.ref.mul(fresh.ref))))
    .sub(np.log(fresh.ref));
  const rest = np.exp(logSigmoid(np.negative(a.ref)));
  const zero = logSigmoid(np.negative(a.ref))
    .add(a)
    .add(np.log1p(np.negative(fresh.ref)))
    .sub(np.log(p.add(rest.mul(fresh))));
  return np.where(np.greater(b, 0.5), one, zero);
}

/**
 * Gumbel-perturbed logits given that category i is the largest: `z_i = log Z - log E_i`,
 * `z_j = -log(E_j exp(-a_j) + E_i / Z)`. `fresh`: exponential. Consumes all three.
 */
export function conditionalGumbel(a: np.Array, sample: np.Array, fresh: np.Array): np.Array {
  const total = nn.logsumexp(a.ref, -1, { keepdims: true });
  const logs = np.log(fresh);
  const winner = np.sum(logs.ref.mul(sample.ref), -1, { keepdims: true }).sub(total);
  const others = np.negative(np.logaddexp(logs.sub(a), winner.ref));
  return np.where(np.greater(sample, 0.5), np.negative(winner), others);
}
