import { type numpy as np, random } from "@jax-js/jax";
import { checkSupport, evaluate } from "../checks.ts";
import { functionsOf, keep } from "../distributions/index.ts";
import { zeroLoss } from "../surrogate.ts";
import type { Distribution, Estimator, OptionSpec, State, Traits } from "../types.ts";

/** What two or more estimators are built from. */

export const noState = (): State => ({});

/** The noise of `samples` independent draws: `[samples, ...logits.shape]`, or without the axis for one. */
export function drawNoise(q: Distribution, key: np.Array, samples?: number): np.Array {
  const shape = samples === undefined ? q.logits.shape : [samples, ...q.logits.shape];
  return functionsOf(q).noise(key, shape);
}

/** An array option may be used many times, a number always can. */
export function reuse(option: np.Array | number): np.Array | number {
  return typeof option === "number" ? option : option.ref;
}

/** `D - mean`: the derivative of `log P(D)` with respect to the logits. Consumes q.logits and the sample. */
export function score(q: Distribution, sample: np.Array): np.Array {
  return sample.sub(functionsOf(q).mean(q));
}

/** One number per example, spread over the axes of the event. */
export function overEvent(q: Distribution, perExample: np.Array): np.Array {
  return perExample.reshape([...perExample.shape, ...q.eventShape.map(() => 1)]);
}

/** Losses plus a zero whose gradient with respect to the logits is `gradient`. Consumes all three. */
export function withLogitGradient(q: Distribution, losses: np.Array, gradient: np.Array): np.Array {
  return losses.add(zeroLoss(q.logits, gradient, q.eventShape.length));
}

/** An estimator that hands on one sample with its gradient attached: the rest is the chain rule. */
export function pathEstimator(
  traits: Traits,
  settings: Estimator["settings"],
  path: (q: Distribution, noise: np.Array) => np.Array,
  noise: (q: Distribution, key: np.Array) => np.Array = drawNoise,
): Estimator {
  const estimator: Estimator = {
    ...traits,
    settings,
    evaluations: () => 1,
    init: noState,
    noise: (q, key) => {
      checkSupport(estimator, q);
      return noise(q, key);
    },
    losses: (q, f, noise, state) => ({ losses: evaluate(traits.id, q, f, path(q, noise)), state }),
    path,
  };
  return estimator;
}

/** A hard sample and q, for estimators that draw one. */
export function drawHard(q: Distribution, noise: np.Array): np.Array {
  return functionsOf(q).sample(keep(q), noise);
}

/** Noise for estimators that need none: consumes the key so that every estimator is called alike. */
export function noNoise(_q: Distribution, key: np.Array): np.Array {
  return random.uniform(key, [1]);
}

export const temperatureOption = (help: string, initial: number, min: number): OptionSpec => ({
  type: "number",
  default: initial,
  min,
  max: 100,
  schedulable: true,
  help,
});

export const samplesOption: OptionSpec = {
  type: "number",
  default: 4,
  min: 2,
  max: 1024,
  integer: true,
  help: "samples, and evaluations of f, per example",
};
