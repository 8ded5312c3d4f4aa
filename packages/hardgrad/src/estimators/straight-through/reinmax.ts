import { numpy as np } from "@jax-js/jax";
import { functionsOf } from "../../distributions/index.ts";
import { softmaxJacobian } from "../../math.ts";
import { reuse } from "../../scalars.ts";
import { detach, linearGradient, linearMapGradient } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { temperatureOption } from "../parts/options.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

/**
 * ReinMax: `2 J((softmax(a/t) + D) / 2) g - 1/2 J(pi) g`, J the softmax Jacobian.
 * Bernoulli is the case of two categories: `(2 r (1 - r) - p (1 - p) / 2) g` with `r = (sigmoid(a/t) + b) / 2`.
 *
 * At temperature 1 it is exact for every quadratic f, and equals `zgr()` sample by sample; at any other it is biased
 * for a linear f already.
 *
 * @param given.temperature t, 1 to 100 (default 1), or a scalar array.
 * @throws RangeError for a temperature out of its range.
 * @see Liu, Dong, Liu, Yu & Gao 2023
 * @example
 * const z = through(categorical(logits), reinmax(), key);
 */
export const reinmax = defineEstimator({
  id: "reinmax",
  title: "ReinMax",
  family: "straight-through",
  place: 5,
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  formula: "2 J((softmax(a/t) + D)/2) g - J(pi) g / 2",
  note: "Straight-through's cost with second-order accuracy, at temperature 1 only. For a general f less bias than straight-through is usual, not guaranteed.",
  reference: "liu2023",
  options: {
    temperature: temperatureOption("1 is exact for quadratics; above, less variance and more bias", 1, 1),
  },
  claims: ({ temperature }) => ({ exactDegree: temperature === 1 ? 2 : 0 }),
  path: (q, noise, { temperature }) => {
    const hard = drawHard(q, noise);
    const tempered = { ...q, logits: q.logits.ref.div(reuse(temperature)) };
    const middle = detach(functionsOf(q).mean(tempered).add(hard.ref).mul(0.5));
    const mean = fixedMean(q);
    if (q.kind === "bernoulli") {
      const slope = variance(middle).mul(2).sub(variance(mean).mul(0.5));
      return linearGradient(hard, q.logits, slope);
    }
    return linearMapGradient(hard, q.logits, (v) =>
      softmaxJacobian(middle, v.ref).mul(2).sub(softmaxJacobian(mean, v).mul(0.5)),
    );
  },
});

function variance(p: np.Array): np.Array {
  return p.ref.mul(np.negative(p).add(1));
}
