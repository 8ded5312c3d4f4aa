import { numpy as np } from "@jax-js/jax";
import { fixed, keep, relaxed } from "../../distributions/index.ts";
import { log1p, logSigmoid, logSoftmax } from "../../math.ts";
import { reuse } from "../../scalars.ts";
import { detach, linearMapGradient } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { conditionalRelaxed, meanJacobianOf } from "../parts/conditional-relaxed.ts";
import { meanJacobian } from "../parts/gradient.ts";
import { stackedNoise, unstackNoise } from "../parts/noise.ts";
import { relaxedSamplesOption, temperatureOption } from "../parts/options.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

const shared = {
  family: "straight-through",
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  reference: "wang2026",
} as const;

const samples = { ...relaxedSamplesOption, help: "relaxed samples averaged; no extra evaluation of f" };

/** Logits of `(mean + D) / 2`, detached. Consumes q.logits and the sample. */
function middleLogits(q: Distribution, sample: np.Array): np.Array {
  if (q.kind === "categorical") {
    const logMean = detach(logSoftmax(q.logits));
    return np.where(np.greater(sample, 0.5), log1p(np.exp(logMean.ref)), logMean); // less log 2
  }
  // log(p + b) - log(2 - p - b), in logarithms of p and 1 - p.
  const a = detach(q.logits);
  const p = np.exp(logSigmoid(a.ref));
  const rest = np.exp(logSigmoid(np.negative(a.ref)));
  const one = log1p(p).sub(logSigmoid(np.negative(a.ref)));
  const zero = logSigmoid(a).sub(log1p(rest));
  return detach(np.where(np.greater(sample, 0.5), one, zero));
}

/**
 * ReinMax-Rao: ReinMax with its first Jacobian averaged as in Gumbel-Rao:
 * `2 mean_k J(y_k) g / t - J(pi) g / 2`, y_k relaxed samples given D, at the logits of `(pi + D) / 2`.
 *
 * Another point between bias and variance than ReinMax; not exact for quadratics.
 *
 * @param given.temperature t, 0.01 to 100 (default 1), or a scalar array.
 * @param given.samples 1 to 1024 (default 20).
 * @throws RangeError for options out of range.
 * @see Wang & Bui 2026 (the released code; two equations of the paper read as misprints)
 * @example
 * const z = through(categorical(logits), reinmaxRao({ temperature: 0.7 }), key);
 */
export const reinmaxRao = defineEstimator({
  ...shared,
  id: "reinmax-rao",
  title: "ReinMax-Rao",
  place: 10,
  formula: "2 mean_k J(y_k) g / t - J(pi) g / 2, y_k given D at log((pi + D)/2)",
  note: "Published results are within noise of ReinMax for small latents and a little better for 16x12 and 64x8.",
  options: { temperature: temperatureOption("of the relaxed samples", 1), samples },
  noise: (q, key, options) => stackedNoise(q, key, options.samples),
  path: (q, noise, { temperature }) => {
    const { own, fresh } = unstackNoise(noise);
    const hard = drawHard(q, own);
    const middle = { ...q, logits: middleLogits(fixed(q), hard.ref) };
    const soft = conditionalRelaxed(middle, hard.ref, fresh, reuse(temperature));
    const averaged = meanJacobianOf(q, soft, reuse(temperature));
    const mean = fixedMean(q);
    return linearMapGradient(hard, q.logits, (v) =>
      averaged(v.ref)
        .mul(2)
        .sub(meanJacobian(q, mean, v).mul(0.5)),
    );
  },
});

/**
 * ReinMax-CV: ReinMax plus `eta (mean_k J(y_k) - J(y)) g / t` at the logits of `(pi + D) / 2`, y with fresh noise.
 *
 * Called a control variate in its paper, but that term does not have mean zero, because D is drawn from pi and the
 * noise is conditioned under other logits: this is a biased modification of ReinMax, also for quadratics.
 *
 * @param given.strength eta, -10 to 10 (default 1); 0 is ReinMax.
 * @param given.temperature t, 0.01 to 100 (default 0.5), or a scalar array.
 * @param given.samples 1 to 1024 (default 20).
 * @throws RangeError for options out of range.
 * @see Wang & Bui 2026
 * @example
 * const z = through(categorical(logits), reinmaxCv({ strength: 0.5 }), key);
 */
export const reinmaxCv = defineEstimator({
  ...shared,
  id: "reinmax-cv",
  title: "ReinMax-CV (biased, in spite of its name)",
  place: 11,
  formula: "ReinMax + eta (mean_k J(y_k) - J(y)) g / t",
  note: "Not a control variate: the added term has a mean. Prefer reinmax() or zgr().",
  options: {
    strength: {
      type: "number",
      default: 1,
      min: -10,
      max: 10,
      help: "factor on the added term; 0 is ReinMax",
    },
    temperature: temperatureOption("of the relaxed samples", 0.5),
    samples,
  },
  noise: (q, key, options) => stackedNoise(q, key, options.samples + 1),
  path: (q, noise, settings) => {
    const { own, fresh } = unstackNoise(noise);
    const [conditioned, free] = np.split(fresh, [settings.samples], 0) as [np.Array, np.Array];
    const hard = drawHard(q, own);
    const middle = { ...q, logits: middleLogits(fixed(q), hard.ref) };
    const given = conditionalRelaxed(keep(middle), hard.ref, conditioned, reuse(settings.temperature));
    const plain = detach(relaxed(middle, free, reuse(settings.temperature)));
    const averaged = meanJacobianOf(q, given, reuse(settings.temperature));
    const single = meanJacobianOf(q, plain, reuse(settings.temperature));
    const mean = fixedMean(q);
    const half = detach(mean.ref.add(hard.ref).mul(0.5));
    return linearMapGradient(hard, q.logits, (v) => {
      const reinmax = meanJacobian(q, half, v.ref)
        .mul(2)
        .sub(meanJacobian(q, mean, v.ref).mul(0.5));
      return reinmax.add(averaged(v.ref).sub(single(v)).mul(settings.strength));
    });
  },
});
