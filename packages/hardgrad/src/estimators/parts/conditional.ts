import { numpy as np } from "@jax-js/jax";
import { unwrapped } from "../../distributions/noise.ts";
import { log, logaddexp, logsumexp, sigmoid, softplus } from "../../math.ts";

/**
 * Perturbed logits given the hard sample they led to: what `logits - log E` (Gumbel) or `logits - logit u`
 * (logistic) looks like once the winner is known. Differentiable in the logits with sample and noise held fixed.
 */

/** `z` given `b = 1[z > 0]`, z = a - logit u'. `fresh`: uniform on (0, 1). Consumes all three. */
export function conditionalLogistic(a: np.Array, b: np.Array, fresh: np.Array): np.Array {
  // b = 1: u' = p v, so e^z = (1 - p v) / (v (1 - p)); b = 0: u' = p + (1 - p) v, so e^z = p (1 - v) / (p + (1 - p) v).
  // One logarithm for both, and sums of positive terms: compilers copy what is used twice.
  const on = np.greater(b, 0.5);
  const [v, rest] = [unwrapped(fresh.ref), unwrapped(np.negative(fresh))];
  const p = sigmoid(a.ref);
  const share = sigmoid(np.negative(a.ref)).mul(v.ref);
  const above = np.where(on.ref, rest.ref.add(share.ref), rest);
  const below = np.where(on.ref, v, p.add(share));
  const signed = softplus(np.where(on.ref, a.ref, np.negative(a)));
  return np.where(on, signed.ref, np.negative(signed)).add(log(above.div(below)));
}

/**
 * Gumbel-perturbed logits given that category i is the largest: `z_i = log Z - log E_i`,
 * `z_j = -log(E_j exp(-a_j) + E_i / Z)`. `fresh`: exponential. Consumes all three.
 */
export function conditionalGumbel(a: np.Array, sample: np.Array, fresh: np.Array): np.Array {
  const total = logsumexp(a.ref, { keepdims: true });
  const logs = log(fresh);
  const winner = np.sum(logs.ref.mul(sample.ref), -1, { keepdims: true }).sub(total);
  const others = np.negative(logaddexp(logs.sub(a), winner.ref));
  return np.where(np.greater(sample, 0.5), np.negative(winner), others);
}
