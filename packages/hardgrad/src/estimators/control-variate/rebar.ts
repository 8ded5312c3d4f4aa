import { defineEstimator } from "../define.ts";
import { startDescent } from "../parts/adaptation.ts";
import { shared, startingAt, withControlVariate } from "./relaxed-control-variate.ts";

/**
 * REBAR: the control variate is f at the relaxed sample, `c = eta f(sigmoid(z / temperature))` (softmax for categorical):
 * `(f(D) - c(z')) (D - pi) + d[c(z) - c(z')]/da`, z the perturbed logits that gave D, z' fresh ones given D.
 *
 * eta and the temperature are learned. Unbiased for any values of them if f is continuous between the hard values: a
 * jump there has no gradient to take its share.
 *
 * @param given.temperature start of the learned temperature, 0.01 to 100 (default 0.5).
 * @param given.scale start of eta, -10 to 10 (default 1); 0 with learningRate 0 is REINFORCE.
 * @param given.learningRate of both, 0 to 1 (default 0.01).
 * @throws RangeError for options out of range.
 * @see Tucker, Mnih, Maddison, Lawson & Sohl-Dickstein 2017
 * @example
 * const estimator = rebar();
 * const { losses, state } = statefulExpectation(bernoulli(logits), f, estimator, key, estimator.init(q));
 */
export const rebar = defineEstimator({
  ...shared,
  id: "rebar",
  title: "REBAR: relaxed f as the control variate",
  place: 4,
  formula: "(f(D) - c(z')) (D - pi) + d[c(z) - c(z')]/da, c = eta f(soft(z/t))",
  note: "Three evaluations and second derivatives for the learning; f must be continuous in soft values. Keeps state.",
  reference: "tucker2017",
  init: (_q, settings) => startDescent(startingAt(settings)),
  losses: (q, f, noise, state, { learningRate }) =>
    withControlVariate(q, f, noise, state, learningRate, (soft, z, p) => soft(z).mul(p.scale!)),
});
