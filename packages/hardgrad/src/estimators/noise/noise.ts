import { numpy as np, random } from "@jax-js/jax";
import { isBelow, logit, openUniform, wrappedUniform } from "../../distributions/noise.ts";
import { hardOrNaN, hardSigmoid, logSigmoid, sigmoid } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { defineEstimator } from "../define.ts";

/**
 * The stochastic neurons of Bengio, Léonard & Courville 2013 whose output is continuous: ordinary
 * backpropagation goes through them. Their gradient is right for their own soft model, and biased for a hard one.
 */
const shared = {
  family: "noise",
  supports: ["bernoulli"],
  unbiased: false,
  forward: "soft",
  reference: "bengio2013",
} as const;

/**
 * Stochastic times smooth: `h = b sqrt(p)` with `b = 1[u < sqrt(p)]`, so that `E[h] = p`. The gradient goes
 * through the smooth factor only: `dh/da = b sqrt(p) (1 - p) / 2`, on average half the derivative of p.
 *
 * The output is 0 or sqrt(p): sparse, not binary.
 *
 * @see Bengio, Léonard & Courville 2013, section 3 (the decomposition)
 * @example
 * const h = through(bernoulli(logits), stochasticTimesSmooth(), key);
 */
export const stochasticTimesSmooth = defineEstimator({
  ...shared,
  id: "stochastic-times-smooth",
  title: "Stochastic times smooth",
  place: 1,
  formula: "g b sqrt(p) (1 - p) / 2 at h = b sqrt(p), b ~ Bernoulli(sqrt(p))",
  note: "Sparse, with E[h] = p. The gradient is half of the true one for a linear f: scale the learning rate.",
  path: (q, u) => {
    const a = detach(q.logits.ref);
    const root = np.exp(logSigmoid(q.logits).mul(0.5));
    // 1 - sqrt(p) = (1 - p) / (1 + sqrt(p))
    const rest = sigmoid(np.negative(a)).div(root.ref.add(1));
    const b = detach(hardOrNaN(isBelow(u, root.ref, rest), root.ref));
    return b.mul(root);
  },
});

const activations = {
  rectifier: (x: np.Array): np.Array => hardOrNaN(np.greater(x.ref, 0), x.ref).mul(x),
  sigmoid,
  "hard-sigmoid": hardSigmoid,
};

const laws = {
  gaussian: (key: np.Array, shape: number[]): np.Array => random.normal(key, shape),
  logistic: (key: np.Array, shape: number[]): np.Array => logit(wrappedUniform(key, shape)),
  uniform: (key: np.Array, shape: number[]): np.Array => openUniform(key, shape).mul(2).sub(1),
};

const noise = {
  type: "choice",
  default: "gaussian",
  choices: ["gaussian", "logistic", "uniform"],
  help: "gaussian (standard deviation 1), logistic, or uniform on [-1, 1]",
} as const;

const scale = { type: "number", default: 1, min: 0, max: 100, help: "factor on the noise" } as const;

const activation = {
  type: "choice",
  default: "sigmoid",
  choices: ["rectifier", "sigmoid", "hard-sigmoid"],
  help: "the differentiable function behind the noise",
} as const;

const drawScaled = (
  q: Distribution,
  key: np.Array,
  settings: { readonly noise: keyof typeof laws; readonly scale: number },
): np.Array => laws[settings.noise](key, q.logits.shape).mul(settings.scale);

/**
 * Noisy rectifier: `h = max(0, a + z)`, gradient `g 1[h > 0]`. With logistic noise `P(h > 0) = sigmoid(a)` and
 * `E[h] = softplus(a)`.
 *
 * @param given.noise law of z: `"logistic"` (default), `"gaussian"` (the paper's experiment) or `"uniform"`.
 * @param given.scale factor on the noise, 0 to 100 (default 1).
 * @throws RangeError for options out of range.
 * @see Bengio, Léonard & Courville 2013
 * @example
 * const h = through(bernoulli(logits), noisyRectifier({ noise: "gaussian" }), key);
 */
export const noisyRectifier = defineEstimator({
  ...shared,
  id: "noisy-rectifier",
  title: "Noisy rectifier",
  place: 2,
  formula: "g 1[h > 0] at h = max(0, a + z)",
  note: "Sparse and unbounded; there is no binary value to deploy.",
  options: { noise: { ...noise, default: "logistic" }, scale },
  noise: drawScaled,
  path: (q, z) => activations.rectifier(q.logits.add(z)),
});

/**
 * The general additive form: `h = phi(a + scale z)`, phi differentiable almost everywhere; gradient `g phi'(a + scale z)`.
 *
 * @param given.activation phi: `"sigmoid"` (default), `"hard-sigmoid"` or `"rectifier"`.
 * @param given.noise the law of z: `"gaussian"` (default), `"logistic"` or `"uniform"`.
 * @param given.scale 0 to 100 (default 1); 0 is the ordinary unit.
 * @throws RangeError for options out of range.
 * @see Bengio, Léonard & Courville 2013
 * @example
 * const h = through(bernoulli(logits), additiveNoise({ scale: 0.5 }), key);
 */
export const additiveNoise = defineEstimator({
  ...shared,
  id: "additive-noise",
  title: "Additive noise",
  place: 3,
  formula: "g phi'(a + scale z) at h = phi(a + scale z)",
  note: "Noise makes a sigmoid unit saturate, and so behave as if binary; deploy it thresholded and check the loss.",
  options: { activation, noise, scale },
  noise: drawScaled,
  path: (q, z, settings) => activations[settings.activation](q.logits.add(z)),
});

/**
 * The general multiplicative form: `h = phi(a (1 + scale z))`; gradient `g phi'(a (1 + scale z)) (1 + scale z)`.
 *
 * @param given.activation phi: `"sigmoid"` (default), `"hard-sigmoid"` or `"rectifier"`.
 * @param given.noise the law of z: `"gaussian"` (default), `"logistic"` or `"uniform"`.
 * @param given.scale 0 to 100 (default 1); 0 is the ordinary unit.
 * @throws RangeError for options out of range.
 * @see Bengio, Léonard & Courville 2013
 * @example
 * const h = through(bernoulli(logits), multiplicativeNoise({ scale: 0.5 }), key);
 */
export const multiplicativeNoise = defineEstimator({
  ...shared,
  id: "multiplicative-noise",
  title: "Multiplicative noise",
  place: 4,
  formula: "g phi'(a (1 + scale z)) (1 + scale z) at h = phi(a (1 + scale z))",
  note: "The noise vanishes at a = 0, where the choice is hardest: usually worse than additive noise.",
  options: { activation, noise, scale },
  noise: drawScaled,
  path: (q, z, settings) => activations[settings.activation](q.logits.mul(z.add(1))),
});
