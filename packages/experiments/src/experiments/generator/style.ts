import { numpy as np, random } from "@jax-js/jax";
import {
  bernoulli,
  type Distribution,
  type Estimator,
  logSigmoid,
  type NamedArrays,
  sample,
  sigmoid,
  statefulExpectation,
} from "hardgrad";
import { bernoulliLoss } from "../../nn/layers.ts";
import { bitsOf, logPriorOfBits } from "./bits.ts";
import { logPrior, styleOf } from "./flow.ts";
import { layer } from "./layers.ts";
import { decode, encode } from "./network.ts";
import type { GeneratorSettings } from "./options.ts";

/** An image as the encoder sees it, the classes it is described with, and a key. All consumed. */
export interface Described {
  /** `[batch, size]` in [0, 1] */
  readonly x: np.Array;
  /** What `seen` makes of it: the same for every class. */
  readonly image: np.Array;
  /** `[...rows, batch, classes]`, one-hot */
  readonly y: np.Array;
  readonly key: np.Array;
}

/** The same for training: with the weight of the divergence, a scalar. */
export interface Weighed extends Described {
  readonly beta: np.Array;
}

/** The two parts of the bound on `-log p(x | y)`, one of each per example. */
export interface Terms {
  /** `-log p(x | y, z)` at a sample z of `q(z | x, y)`. */
  readonly reconstruction: np.Array;
  /** `log q(z | x, y) - log p(z | y)` at that sample: in the mean the divergence. */
  readonly divergence: np.Array;
}

/** A standard normal style's logarithm of the normalizer. */
const normalizer = (size: number): number => (size / 2) * Math.log(2 * Math.PI);

/** The terms of a continuous style, with gradients by reparameterization. */
function continuousTerms(
  params: NamedArrays,
  { x, image, y, key }: Described,
  settings: GeneratorSettings,
): Terms {
  const size = settings.styleSize;
  const h = encode(params, image, y.ref);
  const mean = layer(params, "mean", 1, h.ref);
  const scale = layer(params, "scale", 1, h);
  // The same noise for every class, so that only the class makes a difference between them.
  const noise = random.normal(key, [x.shape[0]!, size]);
  const logNoise = np.sum(np.square(noise.ref), -1).mul(-0.5).sub(normalizer(size));
  const z = mean.add(np.exp(scale.ref).mul(noise));
  const logPosterior = logNoise.sub(np.sum(scale, -1));
  const divergence = logPosterior.sub(logPrior(params, z.ref, y.ref));
  return { reconstruction: bernoulliLoss(decode(params, z, y, settings), x), divergence };
}

/** The posterior of a binary style. */
function bitsPosterior(params: NamedArrays, image: np.Array, y: np.Array): Distribution {
  return bernoulli(layer(params, "bits", 1, encode(params, image, y)));
}

/** `sum p log p + (1-p) log (1-p)`: what is known of the bits, in nats. Consumes the logits. */
function negativeEntropy(logits: np.Array): np.Array {
  const p = sigmoid(logits.ref);
  const off = np
    .negative(p.ref)
    .add(1)
    .mul(logSigmoid(np.negative(logits.ref)));
  return np.sum(p.mul(logSigmoid(logits)).add(off), -1);
}

/** The terms at a sample of the style, for measuring. */
export function sampleTerms(params: NamedArrays, given: Described, settings: GeneratorSettings): Terms {
  if (settings.style === "continuous") return continuousTerms(params, given, settings);
  const { x, image, y, key } = given;
  const q = bitsPosterior(params, image, y.ref);
  const z = sample({ ...q, logits: q.logits.ref }, key);
  return {
    reconstruction: bernoulliLoss(decode(params, z.ref, y.ref, settings), x),
    divergence: negativeEntropy(q.logits).sub(logPriorOfBits(params, z, y, settings)),
  };
}

/** `reconstruction + beta divergence` per example `[...rows, batch]`; the bits learn through the estimator. */
export function styleLosses(
  params: NamedArrays,
  given: Weighed,
  settings: GeneratorSettings,
  estimator: Estimator,
  state: NamedArrays,
): { losses: np.Array; state: NamedArrays } {
  const { beta } = given;
  if (settings.style === "continuous") {
    const { reconstruction, divergence } = continuousTerms(params, given, settings);
    return { losses: reconstruction.add(divergence.mul(beta)), state };
  }
  const { x, image, y, key } = given;
  const q = bitsPosterior(params, image, y.ref);
  const known = negativeEntropy(q.logits.ref).mul(beta.ref);
  const f = (z: np.Array): np.Array => {
    const classes = np.broadcastTo(y.ref, [...z.shape.slice(0, -1), y.shape.at(-1)!]);
    const prior = logPriorOfBits(params, z.ref, classes.ref, settings).mul(beta.ref);
    return bernoulliLoss(decode(params, z, classes, settings), x.ref).sub(prior);
  };
  const result = statefulExpectation(q, f, estimator, key, state);
  return { losses: result.losses.add(known), state: result.state };
}

/** The style that the prior makes of standard normal noise `[rows, size]`, for classes `[rows, classes]`. */
export function styleFrom(
  params: NamedArrays,
  noise: np.Array,
  y: np.Array,
  settings: GeneratorSettings,
): np.Array {
  return settings.style === "continuous" ? styleOf(params, noise, y) : bitsOf(params, noise, y, settings);
}
