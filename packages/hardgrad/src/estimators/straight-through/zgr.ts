import { numpy as np } from "@jax-js/jax";
import { sigmoid, softmaxJacobian } from "../../math.ts";
import { detach, linearGradient, linearMapGradient } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

/**
 * ZGR, the zero-temperature limit of Gumbel-Rao: `1/2 [J(pi) g + (D - pi) <D - pi, g>]`; Bernoulli
 * `|b - p| g / 2`. Exact for every quadratic f. The same as `reinmax()` at temperature 1 and as the
 * at-sample form of DARN.
 *
 * @see Shekhovtsov 2023
 * @example
 * const h = through(bernoulli(logits), zgr(), key);
 */
export const zgr = defineEstimator({
  id: "zgr",
  title: "ZGR: zero-temperature Gumbel-Rao",
  family: "straight-through",
  place: 6,
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  exactDegree: 2,
  formula: "[J(pi) g + (D - pi) <D - pi, g>] / 2, Bernoulli: |b - p| g / 2",
  note: "The cheapest estimator that is exact for quadratics: no temperature and no extra noise.",
  reference: "shekhovtsov2023",
  path: (q, noise) => {
    const hard = drawHard(q, noise);
    if (q.kind === "bernoulli") {
      // |b - p| as sigmoid of the signed logit, without the cancellation of 1 - p.
      const signed = detach(q.logits.ref).mul(hard.ref.mul(-2).add(1));
      return linearGradient(hard, q.logits, sigmoid(signed).mul(0.5));
    }
    const mean = fixedMean(q);
    const deviation = detach(hard.ref).sub(mean.ref);
    return linearMapGradient(hard, q.logits, (v) => {
      const inner = np.sum(deviation.ref.mul(v.ref), -1, { keepdims: true });
      return softmaxJacobian(mean, v).add(deviation.mul(inner)).mul(0.5);
    });
  },
});
