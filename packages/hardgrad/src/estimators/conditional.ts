import { numpy as np } from "@jax-js/jax";
import { logUniform, unwrapped } from "../distributions/noise.ts";
import { log, logaddexp, logSigmoid, logsumexp, softplus } from "../math.ts";

/**
 * Perturbed logits given the hard sample they led to: what `logits - log E` (Gumbel) or `logits - logit u`
 * (logistic) looks like once the winner is known. Differentiable in the logits with sample and noise held fixed.
 */

/** `z` given `b = 1[z > 0]`, z = a - logit u'. `fresh`: uniform on (0, 1). Consumes all three. */
export function conditionalLogistic(a: np.Array, b: np.Array, fresh: np.Array): np.Array {
  // b = 1: u' = p v, so z = softplus(a) + log((1 - p v) / v), where 1 - p v = 1 - v + (1 - p) v. b = 0: u' = p + (1 - p) v.
  const v = unwrapped(fresh.ref);
  const [logV, log1MinusV] = [logUniform(fresh.ref), logUniform(np.negative(fresh))];
  const p = np.exp(logSigmoid(a.ref));
  const rest = np.exp(logSigmoid(np.negative(a.ref)));
  const share = rest.mul(v);
  const one = softplus(a.ref)
    .add(log(np.exp(log1MinusV.ref).add(share.ref)))
    .sub(logV);
  const zero = logSigmoid(a)
    .add(log1MinusV)
    .sub(log(p.add(share)));
  return np.where(np.greater(b, 0.5), one, zero);
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
