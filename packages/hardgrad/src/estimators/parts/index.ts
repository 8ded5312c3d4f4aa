import { numpy as np, random } from "@jax-js/jax";
import { checkSupport, evaluate } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { forbidden, onlyAllowed } from "../../distributions/mask.ts";
import { valueAndGrad } from "../../gradients.ts";
import { softmaxJacobian } from "../../math.ts";
import { detach, lastAxes, zeroLoss } from "../../surrogate.ts";
import type { Distribution, Estimator, NamedArrays, Objective, OptionSpec, Traits } from "../../types.ts";

/** What two or more estimators are built from. */

export const noState = (): NamedArrays => ({});

/** The noise of `samples` independent draws: `[samples, ...logits.shape]`, or without the axis for one. */
export function drawNoise(q: Distribution, key: np.Array, samples?: number): np.Array {
  const shape = samples === undefined ? q.logits.shape : [samples, ...q.logits.shape];
  return functionsOf(q).noise(key, shape);
}

/** An array option may be used many times, a number always can. */
export function reuse(option: np.Array | number): np.Array | number {
  return typeof option === "number" ? option : option.ref;
}

/** The derivative of `log P(D)` with respect to the logits, `D - mean`. Consumes q.logits and the sample. */
export function score(q: Distribution, sample: np.Array): np.Array {
  return functionsOf(q).score(q, sample);
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
  draw: (q: Distribution, noise: np.Array) => np.Array,
  noise: (q: Distribution, key: np.Array) => np.Array = drawNoise,
): Estimator {
  const path = (q: Distribution, noise: np.Array): np.Array => {
    if (!q.masked) return draw(q, noise);
    const off = forbidden(q);
    return np.where(off, 0, draw(q, noise));
  };
  const estimator: Estimator = {
    ...traits,
    settings,
    evaluations: () => 1,
    init: noState,
    noise: (q, key) => {
      checkSupport(estimator, q);
      return noise(q, key);
    },
    losses: (q, f, noise, state) => ({ losses: evaluate(traits.id, unmasked(q), f, path(q, noise)), state }),
    path,
  };
  return estimator;
}

/** q whose samples are known to be allowed. */
function unmasked({ masked: _, ...q }: Distribution): Distribution {
  return q;
}

/** An estimator that uses the losses themselves. Without state and with one set of noise unless it says so. */
export function lossEstimator(
  traits: Traits,
  settings: Estimator["settings"],
  body: Pick<Estimator, "evaluations" | "losses"> & Partial<Pick<Estimator, "init" | "noise">>,
): Estimator {
  return { init: noState, noise: (q, key) => drawNoise(q, key), ...traits, settings, ...body };
}

/** Losses at the samples, and their gradients with respect to the samples (detached). Consumes the sample. */
export function evaluateWithGradient(
  name: string,
  q: Distribution,
  f: Objective,
  sample: np.Array,
): { losses: np.Array; gradient: np.Array } {
  const [[sum, losses], gradient] = valueAndGrad(
    (x: np.Array): [np.Array, np.Array] => {
      const values = evaluate(name, q, f, x);
      return [np.sum(values.ref), values];
    },
    { hasAux: true },
  )(detach(sample));
  sum.dispose();
  return { losses, gradient: onlyAllowed(q, detach(gradient)) };
}

/** Row i of the first axis, without that axis. Consumes x. */
export function row(x: np.Array, i: number): np.Array {
  return rows(x, [i])[0]!;
}

/** Some rows of the first axis, each without that axis. Consumes x. */
export function rows(x: np.Array, wanted: readonly number[]): np.Array[] {
  const all = x.shape[0] === 1 ? [x] : np.split(x, x.shape[0]!, 0);
  for (const [i, piece] of all.entries()) if (!wanted.includes(i)) piece.dispose();
  return wanted.map((i) => np.squeeze(all[i]!, 0));
}

/** The sum over the event: one number per example. */
export function sumEvent(q: Distribution, x: np.Array): np.Array {
  return np.sum(x, lastAxes(q.eventShape.length));
}

/** `J g`, J the derivative of the mean with respect to the logits, for Bernoulli and categorical. Consumes both. */
export function meanJacobian(q: Distribution, mean: np.Array, g: np.Array): np.Array {
  return q.kind === "categorical" ? softmaxJacobian(mean, g) : mean.ref.mul(np.negative(mean).add(1)).mul(g);
}

/** A hard sample and q, for estimators that draw one. */
export function drawHard(q: Distribution, noise: np.Array): np.Array {
  return functionsOf(q).sample(fixed(q), noise);
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

/** Kinds with a log-probability that can be differentiated: all. */
export const everyKind = [
  "bernoulli",
  "categorical",
  "subset",
  "plackett-luce",
  "poisson",
  "binomial",
] as const;

export const learningRateOption: OptionSpec = {
  type: "number",
  default: 0.01,
  min: 0,
  max: 1,
  help: "learning rate of Adam for the control variate's own parameters; 0 keeps them fixed",
};
