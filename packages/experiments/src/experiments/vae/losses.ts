import { numpy as np, random } from "@jax-js/jax";
import {
  type Distribution,
  detach,
  distributionFunctions,
  logSigmoid,
  logSoftmax,
  type NamedArrays,
  sample,
  sigmoid,
} from "hardgrad";
import type { StepInputs } from "../../contract/experiment.ts";
import { bernoulliLoss, splitKey } from "../../nn/layers.ts";
import { greyValues } from "../../nn/normalize.ts";
import { areCodes, codeCount, codeLatents, numbered, randomCodes, standardized } from "./codes.ts";
import { decode, encode, latentShape, latents } from "./network.ts";
import type { VaeSettings } from "./options.ts";

/** The parts of `-ELBO = -log p(x|z) + KL(q(z|x) | prior)`, with a uniform prior. */

/** What the network sees and describes, `[batch, size]` in [0, 1], and the key that is left. */
export function pixelsOf(
  { images, labels, key }: StepInputs,
  settings: VaeSettings,
): { x: np.Array; key: np.Array } {
  labels.dispose();
  if (settings.binarize === "threshold") return { x: np.greater(images, 127.5).astype(np.float32), key };
  const grey = greyValues(images);
  if (settings.binarize === "none") return { x: grey, key };
  const [forPixels, rest] = splitKey(key, 2) as [np.Array, np.Array];
  const x = np.less(random.uniform(forPixels, grey.shape), grey).astype(np.float32);
  return { x, key: rest };
}

/**
 * The divergence of each variable from the uniform prior in nats, `[batch, variables]`:
 * `sum_c pi_c log(pi_c C)`, Bernoulli with C = 2. Consumes the logits.
 */
export function divergence(logits: np.Array, settings: VaeSettings): np.Array {
  if (settings.latents === "categorical") {
    const log = logSoftmax(logits);
    return np.sum(np.exp(log.ref).mul(log.add(Math.log(settings.categories))), -1);
  }
  const p = sigmoid(logits.ref);
  const one = p.ref.mul(logSigmoid(logits.ref));
  const zero = np
    .negative(p)
    .add(1)
    .mul(logSigmoid(np.negative(logits)));
  return one.add(zero).add(Math.LN2);
}

/** `-log p(x|z)` per example, for one sample of the posterior; and that sample's divergence terms. */
export function sampleTerms(
  params: NamedArrays,
  inputs: StepInputs,
  settings: VaeSettings,
): { reconstruction: np.Array; kl: np.Array; weight: np.Array } {
  const { x, key } = pixelsOf(inputs, settings);
  const logits = encode(params, x.ref, settings);
  const q = latents(logits, settings);
  const z = sample({ ...q, logits: logits.ref }, key);
  const ratio = logRatio({ ...q, logits: logits.ref }, z.ref, settings);
  const reconstruction = bernoulliLoss(decode(params, z, settings), x);
  const weight = np.negative(reconstruction.ref.add(ratio));
  return { reconstruction, kl: divergence(logits, settings), weight };
}

/** `log q(z|x) - log p(z)` of samples, `[...rows]`: what a sampled divergence is the mean of. Consumes both arrays. */
export function logRatio(q: Distribution, z: np.Array, settings: VaeSettings): np.Array {
  const categories = settings.latents === "categorical" ? settings.categories : 2;
  const logStates = settings.variables * Math.log(categories);
  return distributionFunctions[q.kind].logProbability(q, z).add(logStates);
}

/** Losses with latents that are codes: `-log p(x|z) + variables log K`, and what the codebook asks. */
export function codeLosses(
  params: NamedArrays,
  inputs: StepInputs,
  settings: VaeSettings,
): { losses: np.Array; seen: NamedArrays } {
  const { x, key } = pixelsOf(inputs, settings);
  const e = standardized(encode(params, x.ref, settings));
  const { codes, penalty, indices } = codeLatents(params, e.ref, settings);
  const reconstruction = bernoulliLoss(decode(params, codes, settings), x);
  const losses = reconstruction.add(penalty).add(settings.variables * Math.log(codeCount(settings)));
  return { losses, seen: indices ? { vectors: detach(e), indices, key } : {} };
}

/** `-log p(x|z)` and the mean absolute error of a pixel per example, and the numbers of its codes. */
export function codeTerms(params: NamedArrays, inputs: StepInputs, settings: VaeSettings): NamedArrays {
  const { x, key } = pixelsOf(inputs, settings);
  key.dispose();
  const { codes, indices } = numbered(params, standardized(encode(params, x.ref, settings)), settings);
  const logits = decode(params, codes, settings);
  return {
    reconstruction: bernoulliLoss(logits.ref, x.ref),
    error: np.mean(np.abs(sigmoid(logits).sub(x)), -1),
    indices: indices.astype(np.float32),
  };
}

/** Pixel probabilities `[batch, size]` for one sample of each image's posterior. */
export function reconstruct(params: NamedArrays, inputs: StepInputs, settings: VaeSettings): np.Array {
  const { x, key } = pixelsOf(inputs, settings);
  if (areCodes(settings)) {
    key.dispose();
    const { codes, indices } = numbered(params, standardized(encode(params, x, settings)), settings);
    indices.dispose();
    return sigmoid(decode(params, codes, settings));
  }
  const z = sample(latents(encode(params, x, settings), settings), key);
  return sigmoid(decode(params, z, settings));
}

/** Pixel probabilities `[count, size]` of samples of the prior, which is uniform. */
export function dream(params: NamedArrays, key: np.Array, count: number, settings: VaeSettings): np.Array {
  if (areCodes(settings)) return sigmoid(decode(params, randomCodes(params, key, count, settings), settings));
  const z = sample(latents(np.zeros([count, ...latentShape(settings)]), settings), key);
  return sigmoid(decode(params, z, settings));
}
