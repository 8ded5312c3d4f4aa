import { numpy as np } from "@jax-js/jax";
import { onlyAllowed } from "../../distributions/mask.ts";
import { valueAndGrad } from "../../gradients.ts";
import { softmaxJacobian } from "../../math.ts";
import { detach, zeroLoss } from "../../surrogate.ts";
import type { Distribution, Objective } from "../../types.ts";

/** From and to gradients. */

/**
 * Losses plus a zero whose gradient with respect to the logits is `gradient`. Consumes q.logits and the others.
 *
 * @param losses `[...batch]`.
 * @param gradient `[...batch, ...event]`, one per example; its own gradient is not looked at.
 * @example
 * const surrogate = withLogitGradient(q, losses, np.ones([4, 6]));
 */
export function withLogitGradient(q: Distribution, losses: np.Array, gradient: np.Array): np.Array {
  return losses.add(zeroLoss(q.logits, gradient, q.eventShape.length));
}

/** Losses at the samples, and their gradients with respect to the samples (detached). Consumes the sample. */
export function evaluateWithGradient(
  q: Distribution,
  f: Objective,
  sample: np.Array,
): { losses: np.Array; gradient: np.Array } {
  const [[sum, losses], gradient] = valueAndGrad(
    (x: np.Array): [np.Array, np.Array] => {
      const values = f(x);
      return [np.sum(values.ref), values];
    },
    { hasAux: true },
  )(detach(sample));
  sum.dispose();
  return { losses, gradient: onlyAllowed(q, detach(gradient)) };
}

/** `J g`, J the derivative of the mean with respect to the logits, for Bernoulli and categorical. Consumes both. */
export function meanJacobian(q: Distribution, mean: np.Array, g: np.Array): np.Array {
  return q.kind === "categorical" ? softmaxJacobian(mean, g) : mean.ref.mul(np.negative(mean).add(1)).mul(g);
}
