import { numpy as np } from "@jax-js/jax";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { descend, startDescent } from "../parts/adaptation.ts";
import { overEvent, sumEvent } from "../parts/event.ts";
import { evaluateWithGradient, meanJacobian, withLogitGradient } from "../parts/gradient.ts";
import { drawNoise } from "../parts/noise.ts";
import { baselineRateOption, samplesOption } from "../parts/options.ts";
import { allowedEntries, drawHard, fixedMean } from "../parts/sample.ts";

/**
 * Double control variates: RLOO over `f_k + alpha <D_k - pi, mean gradient of the other samples>`, the second control
 * variate's mean taken off again, `- alpha J(pi) mean g`. alpha is learned by the gradient of the estimate's variance.
 *
 * Unbiased for any alpha; at 0 it is RLOO, and for a linear f alpha = -1 leaves no variance.
 *
 * @param given.samples K, 2 to 1024 (default 4): evaluations of f, with gradient, per example.
 * @param given.alpha start of the coefficient, -10 to 10 (default 0).
 * @param given.learningRate of alpha, 0 to 1 (default 0.01).
 * @throws RangeError for options out of range.
 * @see Titsias & Shi 2022
 * @example
 * const estimator = doubleCv({ samples: 2 });
 * const { losses, state } = statefulExpectation(q, f, estimator, key, estimator.init(q));
 */
export const doubleCv = defineEstimator({
  id: "double-cv",
  title: "Double control variates",
  family: "control variate",
  place: 2,
  supports: ["bernoulli", "categorical"],
  unbiased: true,
  needs: "values and gradient",
  formula: "RLOO over f_k + alpha <D_k - pi, g of the others>, minus alpha J(pi) mean g",
  note: "Uses gradients where RLOO throws them away, and stays unbiased. Keeps state: the learned coefficient.",
  reference: "titsias2022",
  options: {
    samples: samplesOption,
    alpha: { type: "number", default: 0, min: -10, max: 10, help: "where the learned coefficient starts" },
    learningRate: baselineRateOption,
  },
  evaluations: (_q, { samples }) => samples,
  init: (_q, { alpha }) => startDescent({ alpha: np.array(alpha) }),
  noise: (q, key, { samples }) => drawNoise(q, key, samples),
  losses: (q, f, noise, state, { samples, learningRate }) => {
    const sample = drawHard(q, noise);
    const { losses, gradient: g } = evaluateWithGradient(q, f, sample.ref);
    const values = detach(losses.ref);
    const mean = fixedMean(q);
    const deviation = sample.sub(mean.ref);
    const average = np.mean(g.ref, 0);
    const others = average.ref
      .mul(samples)
      .sub(g)
      .div(samples - 1);
    const inner = sumEvent(q, others.mul(deviation.ref));
    const correction = meanJacobian(q, mean, average);
    // The estimate as a function of alpha: RLOO is linear in the losses.
    const rlooOf = (perSample: np.Array): np.Array => {
      const centred = perSample.ref.sub(np.mean(perSample, 0, { keepdims: true }));
      return np.sum(overEvent(q, centred).mul(deviation.ref), 0).div(samples - 1);
    };
    const plain = rlooOf(values);
    const slope = rlooOf(inner).sub(correction);
    deviation.dispose();
    const { next, residual: gradient } = descend(
      state,
      learningRate,
      (p) => plain.add(slope.mul(p.alpha!)),
      allowedEntries(q),
    );
    return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state: next };
  },
});
