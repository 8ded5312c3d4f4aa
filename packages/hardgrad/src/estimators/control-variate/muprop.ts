import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent, sumEvent } from "../parts/event.ts";
import { evaluateWithGradient, meanJacobian, withLogitGradient } from "../parts/gradient.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

/**
 * MuProp: REINFORCE with the first-order Taylor expansion of f around the mean as the control variate, its own mean
 * added back: `(D - pi) [f(D) - f(pi) - <f'(pi), D - pi>] + J(pi) f'(pi)`.
 *
 * f is evaluated at the mean as well, so it must accept soft values; whatever it returns there, the estimate is unbiased.
 *
 * @see Gu, Levine, Sutskever & Mnih 2016
 * @example
 * const losses = expectation(bernoulli(logits), f, muprop(), key);
 */
export const muprop = defineEstimator({
  id: "muprop",
  title: "MuProp: Taylor expansion at the mean",
  family: "control variate",
  place: 1,
  supports: ["bernoulli", "categorical"],
  unbiased: true,
  needs: "values and soft gradient",
  formula: "(D - pi) [f(D) - f(pi) - <f'(pi), D - pi>] + J(pi) f'(pi)",
  note: "No variance at all for a linear f; of little help where f at the mean says nothing about f at the corners.",
  reference: "gu2016",
  evaluations: () => 2,
  losses: (q, f, noise, state) => {
    const sample = drawHard(q, noise);
    const losses = f(sample.ref);
    const mean = fixedMean(q);
    const soft = evaluateWithGradient(q, f, mean.ref);
    const deviation = sample.sub(mean.ref);
    const linear = sumEvent(q, soft.gradient.ref.mul(deviation.ref));
    const signal = detach(losses.ref).sub(detach(soft.losses)).sub(linear);
    const gradient = overEvent(q, signal)
      .mul(deviation)
      .add(meanJacobian(q, mean, soft.gradient));
    return { losses: withLogitGradient(q, losses, gradient), state };
  },
});
