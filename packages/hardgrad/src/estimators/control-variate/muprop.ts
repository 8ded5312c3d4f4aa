import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Estimator, Traits } from "../../types.ts";
import {
  drawHard,
  evaluateWithGradient,
  lossEstimator,
  meanJacobian,
  overEvent,
  sumEvent,
  withLogitGradient,
} from "../parts/index.ts";

/**
 * MuProp: REINFORCE with the first-order Taylor expansion of f around the mean as the control variate, its own mean
 * added back: `(D - pi) [f(D) - f(pi) - <f'(pi), D - pi>] + J(pi) f'(pi)`.
 *
 * f is evaluated at the mean as well, so it must accept soft values; whatever it returns there, the estimate is unbiased.
 * Reference: Gu, Levine, Sutskever & Mnih 2016.
 * @example
 * const losses = expectation(bernoulli(logits), f, muprop(), key);
 */
export function muprop(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    id: "muprop",
    title: "MuProp: Taylor expansion at the mean",
    family: "control variate",
    supports: ["bernoulli", "categorical"],
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values and soft gradient",
    formula: "(D - pi) [f(D) - f(pi) - <f'(pi), D - pi>] + J(pi) f'(pi)",
    note: "No variance at all for a linear f; of little help where f at the mean says nothing about f at the corners.",
    reference: references.gu2016,
    options: {},
    example: "expectation(bernoulli(logits), f, muprop(), key)",
  };
  return lossEstimator(traits, resolveOptions("muprop", {}, given), {
    evaluations: () => 2,
    losses: (q, f, noise, state) => {
      const sample = drawHard(q, noise);
      const losses = evaluate("muprop", q, f, sample.ref);
      const mean = functionsOf(q).mean(fixed(q));
      const soft = evaluateWithGradient("muprop", q, f, mean.ref);
      const deviation = sample.sub(mean.ref);
      const linear = sumEvent(q, soft.gradient.ref.mul(deviation.ref));
      const signal = detach(losses.ref).sub(detach(soft.losses)).sub(linear);
      const gradient = overEvent(q, signal)
        .mul(deviation)
        .add(meanJacobian(q, mean, soft.gradient));
      return { losses: withLogitGradient(q, losses, gradient), state };
    },
  });
}
