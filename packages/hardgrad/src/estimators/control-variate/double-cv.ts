import { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Estimator, OptionsTable, Traits } from "../../types.ts";
import { descend, startDescent } from "../parts/adaptation.ts";
import {
  drawNoise,
  evaluateWithGradient,
  learningRateOption,
  lossEstimator,
  meanJacobian,
  overEvent,
  samplesOption,
  sumEvent,
  withLogitGradient,
} from "../parts/index.ts";

const options: OptionsTable = {
  samples: samplesOption,
  alpha: { type: "number", default: 0, min: -10, max: 10, help: "where the learned coefficient starts" },
  learningRate: learningRateOption,
};

/**
 * Double control variates: RLOO over `f_k + alpha <D_k - pi, mean gradient of the other samples>`, the second control
 * variate's mean taken off again, `- alpha J(pi) mean g`. alpha is learned by the gradient of the estimate's variance.
 *
 * Unbiased for any alpha; at 0 it is RLOO, and for a linear f alpha = -1 leaves no variance.
 * @param given.samples K, from 2 (default 4): evaluations of f, with gradient, per example.
 * @param given.alpha start of the coefficient, -10 to 10 (default 0).
 * @param given.learningRate of alpha, 0 to 1 (default 0.01).
 * Reference: Titsias & Shi 2022.
 * @example
 * const step = statefulExpectation(q, f, doubleCv({ samples: 2 }), key, state);
 */
export function doubleCv(given: { samples?: number; alpha?: number; learningRate?: number } = {}): Estimator {
  const id = "double-cv";
  const settings = resolveOptions<{ samples: number; alpha: number; learningRate: number }>(
    id,
    options,
    given,
  );
  const { samples } = settings;
  const traits: Traits = {
    id,
    title: "Double control variates",
    family: "control variate",
    supports: ["bernoulli", "categorical"],
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values and gradient",
    formula: "RLOO over f_k + alpha <D_k - pi, g of the others>, minus alpha J(pi) mean g",
    note: "Uses gradients where RLOO throws them away, and stays unbiased. Keeps state: the learned coefficient.",
    reference: references.titsias2022,
    options,
    example: "statefulExpectation(q, f, doubleCv({ samples: 2 }), key, state)",
  };
  return lossEstimator(traits, settings, {
    evaluations: () => samples,
    init: () => startDescent({ alpha: np.array(settings.alpha) }),
    noise: (q, key) => drawNoise(q, key, samples),
    losses: (q, f, noise, state) => {
      const sample = functionsOf(q).sample(fixed(q), noise);
      const { losses, gradient: g } = evaluateWithGradient(id, q, f, sample.ref);
      const values = detach(losses.ref);
      const mean = functionsOf(q).mean(fixed(q));
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
      const { next, residual: gradient } = descend(state, settings.learningRate, (p) =>
        plain.add(slope.mul(p.alpha!)),
      );
      return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state: next };
    },
  });
}
