import { numpy as np, random } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { isBelow, logit, openUniform, wrappedUniform } from "../../distributions/noise.ts";
import { hardOrNaN, hardSigmoid, logSigmoid, sigmoid } from "../../math.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, Estimator, OptionsTable, Traits } from "../../types.ts";
import { pathEstimator } from "../parts/index.ts";

/**
 * The stochastic neurons of Bengio, Léonard & Courville 2013 whose output is continuous: ordinary
 * backpropagation goes through them. Their gradient is right for their own soft model, and biased for a hard one.
 */
const shared = {
  family: "noise",
  supports: ["bernoulli"],
  unbiased: false,
  exactDegree: 0,
  forward: "soft",
  needs: "soft gradient",
  reference: references.bengio2013,
} as const;

/**
 * Stochastic times smooth: `h = b sqrt(p)` with `b = 1[u < sqrt(p)]`, so that `E[h] = p`. The gradient goes
 * through the smooth factor only: `dh/da = b sqrt(p) (1 - p) / 2`, on average half the derivative of p.
 *
 * The output is 0 or sqrt(p): sparse, not binary.
 * Reference: Bengio, Léonard & Courville 2013, section 3 (the decomposition).
 * @example
 * const h = through(bernoulli(logits), stochasticTimesSmooth(), key);
 */
export function stochasticTimesSmooth(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    ...shared,
    id: "stochastic-times-smooth",
    title: "Stochastic times smooth",
    formula: "g b sqrt(p) (1 - p) / 2 at h = b sqrt(p), b ~ Bernoulli(sqrt(p))",
    note: "Sparse, with E[h] = p. The gradient is half of the true one for a linear f: scale the learning rate.",
    options: {},
    example: "through(bernoulli(logits), stochasticTimesSmooth(), key)",
  };
  return pathEstimator(traits, resolveOptions(traits.id, {}, given), (q, u) => {
    const a = detach(q.logits.ref);
    const root = np.exp(logSigmoid(q.logits).mul(0.5));
    // 1 - sqrt(p) = (1 - p) / (1 + sqrt(p))
    const rest = sigmoid(np.negative(a)).div(root.ref.add(1));
    const b = detach(hardOrNaN(isBelow(u, root.ref, rest), root.ref));
    return b.mul(root);
  });
}

const activations: { readonly [name: string]: (x: np.Array) => np.Array } = {
  rectifier: (x) => hardOrNaN(np.greater(x.ref, 0), x.ref).mul(x),
  sigmoid,
  "hard-sigmoid": hardSigmoid,
};

const laws: { readonly [name: string]: (key: np.Array, shape: number[]) => np.Array } = {
  gaussian: (key, shape) => random.normal(key, shape),
  logistic: (key, shape) => {
    return logit(wrappedUniform(key, shape));
  },
  uniform: (key, shape) => openUniform(key, shape).mul(2).sub(1),
};

const noiseOptions = (law: string): OptionsTable => ({
  noise: {
    type: "choice",
    default: law,
    choices: Object.keys(laws),
    help: "gaussian (standard deviation 1), logistic, or uniform on [-1, 1]",
  },
  scale: { type: "number", default: 1, min: 0, max: 100, help: "factor on the noise" },
});

const formOptions: OptionsTable = {
  activation: {
    type: "choice",
    default: "sigmoid",
    choices: Object.keys(activations),
    help: "the differentiable function behind the noise",
  },
  ...noiseOptions("gaussian"),
};

interface NoiseSettings {
  [name: string]: string | number;
  activation: string;
  noise: string;
  scale: number;
}

function noisy(
  traits: Traits,
  settings: NoiseSettings,
  combine: (a: np.Array, z: np.Array) => np.Array,
): Estimator {
  const draw = (q: Distribution, key: np.Array): np.Array =>
    laws[settings.noise]!(key, q.logits.shape).mul(settings.scale);
  const path = (q: Distribution, z: np.Array): np.Array =>
    activations[settings.activation]!(combine(q.logits, z));
  return pathEstimator(traits, settings, path, draw);
}

/**
 * Noisy rectifier: `h = max(0, a + z)`. With logistic noise `P(h > 0) = sigmoid(a)` and `E[h] = softplus(a)`.
 *
 * @param given.noise `"logistic"` (default), `"gaussian"` (the paper's experiment) or `"uniform"`.
 * @param given.scale factor on the noise, 0 to 100 (default 1).
 * Reference: Bengio, Léonard & Courville 2013.
 * @example
 * const h = through(bernoulli(logits), noisyRectifier({ noise: "gaussian" }), key);
 */
export function noisyRectifier(given: { noise?: string; scale?: number } = {}): Estimator {
  const options = noiseOptions("logistic");
  const traits: Traits = {
    ...shared,
    id: "noisy-rectifier",
    title: "Noisy rectifier",
    formula: "g 1[h > 0] at h = max(0, a + z)",
    note: "Sparse and unbounded; there is no binary value to deploy.",
    options,
    example: 'through(bernoulli(logits), noisyRectifier({ noise: "gaussian" }), key)',
  };
  const settings = resolveOptions<{ noise: string; scale: number }>(traits.id, options, given);
  return noisy(traits, { activation: "rectifier", ...settings }, (a, z) => a.add(z));
}

/**
 * The general additive form: `h = phi(a + scale z)`, phi differentiable almost everywhere.
 *
 * @param given.activation phi: `"sigmoid"` (default), `"hard-sigmoid"` or `"rectifier"`.
 * @param given.noise the law of z: `"gaussian"` (default), `"logistic"` or `"uniform"`.
 * @param given.scale 0 to 100 (default 1); 0 is the ordinary unit.
 * Reference: Bengio, Léonard & Courville 2013.
 * @example
 * const h = through(bernoulli(logits), additiveNoise({ scale: 0.5 }), key);
 */
export function additiveNoise(
  given: { activation?: string; noise?: string; scale?: number } = {},
): Estimator {
  const traits: Traits = {
    ...shared,
    id: "additive-noise",
    title: "Additive noise",
    formula: "g phi'(a + scale z) at h = phi(a + scale z)",
    note: "Noise makes a sigmoid unit saturate, and so behave as if binary; deploy it thresholded and check the loss.",
    options: formOptions,
    example: "through(bernoulli(logits), additiveNoise({ scale: 0.5 }), key)",
  };
  return noisy(traits, resolveOptions(traits.id, formOptions, given), (a, z) => a.add(z));
}

/**
 * The general multiplicative form: `h = phi(a (1 + scale z))`.
 *
 * @param given.activation phi: `"sigmoid"` (default), `"hard-sigmoid"` or `"rectifier"`.
 * @param given.noise the law of z: `"gaussian"` (default), `"logistic"` or `"uniform"`.
 * @param given.scale 0 to 100 (default 1); 0 is the ordinary unit.
 * Reference: Bengio, Léonard & Courville 2013.
 * @example
 * const h = through(bernoulli(logits), multiplicativeNoise({ scale: 0.5 }), key);
 */
export function multiplicativeNoise(
  given: { activation?: string; noise?: string; scale?: number } = {},
): Estimator {
  const traits: Traits = {
    ...shared,
    id: "multiplicative-noise",
    title: "Multiplicative noise",
    formula: "g phi'(a (1 + scale z)) (1 + scale z) at h = phi(a (1 + scale z))",
    note: "The noise vanishes at a = 0, where the choice is hardest: usually worse than additive noise.",
    options: formOptions,
    example: "through(bernoulli(logits), multiplicativeNoise({ scale: 0.5 }), key)",
  };
  return noisy(traits, resolveOptions(traits.id, formOptions, given), (a, z) => a.mul(z.add(1)));
}
