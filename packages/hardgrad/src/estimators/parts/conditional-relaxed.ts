import { nn, numpy as np } from "@jax-js/jax";
import { gumbel } from "../../distributions/noise.ts";
import { sigmoid, softmaxJacobian } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { conditionalLogistic } from "./conditional.ts";

/** Relaxed samples given the hard one, and the mean of their Jacobians. */

/** K relaxed samples `[K, ...]` given the hard one, detached. Consumes q.logits, sample, fresh and temperature. */
export function conditionalRelaxed(
  q: Distribution,
  sample: np.Array,
  fresh: np.Array,
  temperature: np.Array | number,
): np.Array {
  const a = detach(q.logits);
  if (q.kind === "bernoulli") {
    const spread = (x: np.Array): np.Array => np.broadcastTo(x, fresh.shape);
    return detach(sigmoid(conditionalLogistic(spread(a), spread(sample), fresh).div(temperature)));
  }
  // `conditionalGumbel` less its largest logit, which the softmax does not see: one logarithm per entry. An infinite
  // exponential is right: the softmax gives 0 to a category whose logit is 88 below the largest.
  const below = a.ref.sub(np.max(a, -1, { keepdims: true }));
  const winner = np.sum(fresh.ref.mul(sample.ref), -1, { keepdims: true });
  const share = winner.div(np.sum(np.exp(below.ref), -1, { keepdims: true }));
  const others = fresh.mul(np.exp(np.negative(below))).add(share.ref);
  const chances = np.where(np.greater(sample, 0.5), share, others);
  return detach(nn.softmax(gumbel(chances).div(temperature), -1));
}

/** `v -> mean over K of J(y_k) v / temperature`. Consumes all. */
export function meanJacobianOf(
  q: Distribution,
  soft: np.Array,
  temperature: np.Array | number,
): (v: np.Array) => np.Array {
  if (q.kind === "bernoulli") {
    const slope = np.mean(soft.ref.mul(np.negative(soft).add(1)), 0).div(temperature);
    return (v) => slope.mul(v);
  }
  const samples = soft.shape[0]!;
  if (soft.shape.at(-1)! > samples)
    return (v) => np.mean(softmaxJacobian(soft, np.broadcastTo(v, soft.shape)), 0).div(temperature);
  // The mean of y y^T is smaller than the samples themselves, and is made by one matrix product.
  const rows = np.moveaxis(soft.ref, 0, -2);
  const products = np.matmul(np.matrixTranspose(rows.ref), rows).div(samples);
  const mean = np.mean(soft, 0);
  return (v) => {
    const inner = np.sum(products.mul(np.expandDims(v.ref, -2)), -1);
    return mean.mul(v).sub(inner).div(temperature);
  };
}
