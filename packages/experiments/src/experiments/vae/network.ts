import { nn, numpy as np } from "@jax-js/jax";
import { bernoulli, categorical, type Distribution, type NamedArrays } from "hardgrad";
import { exampleSize } from "../../contract/dataset.ts";
import type { Facts } from "../../contract/experiment.ts";
import { readSizes } from "../../contract/options.ts";
import { dense, fanInUniform, glorotUniform, splitKey } from "../../nn/layers.ts";
import { initialCodebook } from "./codebook.ts";
import { areCodes, codeWidth } from "./codes.ts";
import type { VaeSettings } from "./options.ts";

/** Encoder and decoder, as functions of named parameters: `encoder.w1`, `encoder.b1`, ..., `decoder.w1`, ... */

/** `[categories]`, `[numbers of a code]`, or none for Bernoulli variables: the last axis of the latents. */
function perVariable(settings: VaeSettings): number[] {
  if (areCodes(settings)) return [codeWidth(settings)];
  return settings.latents === "categorical" ? [settings.categories] : [];
}

/** The shape of one example's latents: `[variables, categories]` or `[variables]`. */
export function latentShape(settings: VaeSettings): number[] {
  return [settings.variables, ...perVariable(settings)];
}

/** Sizes from the first to the last layer, both ends included. */
function widths(settings: VaeSettings, pixels: number): { encoder: number[]; decoder: number[] } {
  const hidden = readSizes(settings.hidden)!;
  const variables = settings.variables;
  const [categories = 1] = perVariable(settings);
  const seen =
    settings.embedding === "integer" ? 1 : settings.embedding === "learned" ? settings.embeddingSize : categories; // biome-ignore format: one thought
  return {
    encoder: [pixels, ...hidden, variables * categories],
    decoder: [variables * seen, ...hidden.toReversed(), pixels],
  };
}

export function initialParams(
  key: np.Array,
  settings: VaeSettings,
  { shape, meanImage }: Facts,
): NamedArrays {
  const { encoder, decoder } = widths(settings, exampleSize(shape));
  const [forEncoder, forDecoder, forLatents] = splitKey(key, 3) as [np.Array, np.Array, np.Array];
  const params: NamedArrays = {
    ...layers("encoder", forEncoder, encoder, settings),
    ...layers("decoder", forDecoder, decoder, settings),
  };
  if (settings.latents === "vq") Object.assign(params, initialCodebook(forLatents, settings));
  else if (settings.embedding === "learned") {
    const shape: [number, number] = [settings.categories, settings.embeddingSize];
    params["embedding.w"] = fanInUniform(forLatents, shape, shape[0]);
  } else forLatents.dispose();
  if (settings.outputBias === "mean") {
    const name = `decoder.b${decoder.length - 1}`;
    params[name]!.dispose();
    // Clipped where a pixel is always 0 or 1: a logit of 7 is close enough.
    params[name] = np.array(meanImage.map((p) => Math.log(Math.max(p, 1e-3) / Math.max(1 - p, 1e-3))));
  }
  return params;
}

function layers(part: string, key: np.Array, sizes: readonly number[], settings: VaeSettings): NamedArrays {
  const params: NamedArrays = {};
  const keys = splitKey(key, 2 * (sizes.length - 1));
  for (let i = 1; i < sizes.length; i++) {
    const [inputs, outputs] = [sizes[i - 1]!, sizes[i]!];
    const [forWeights, forBiases] = [keys[2 * i - 2]!, keys[2 * i - 1]!];
    if (settings.initial === "glorot") {
      params[`${part}.w${i}`] = glorotUniform(forWeights, inputs, outputs);
      params[`${part}.b${i}`] = np.zeros([outputs]);
      forBiases.dispose();
    } else {
      params[`${part}.w${i}`] = fanInUniform(forWeights, [inputs, outputs], inputs);
      params[`${part}.b${i}`] = fanInUniform(forBiases, [outputs], inputs);
    }
  }
  return params;
}

/** Layers with the activation between them, over `[rows, inputs]`. Takes the parameters by reference. */
function forward(part: string, params: NamedArrays, x: np.Array, settings: VaeSettings): np.Array {
  const count = Object.keys(params).filter((name) => name.startsWith(`${part}.w`)).length;
  let h = x;
  for (let i = 1; i <= count; i++) {
    h = dense(h, params[`${part}.w${i}`]!.ref, params[`${part}.b${i}`]!.ref);
    if (i < count) h = activate(h, settings);
  }
  return h;
}

function activate(x: np.Array, { activation, leak }: VaeSettings): np.Array {
  if (activation === "tanh") return np.tanh(x);
  return activation === "relu" ? nn.relu(x) : nn.leakyRelu(x, leak);
}

/** The names of the encoder's parameters. */
export function encoderNames(settings: VaeSettings): string[] {
  const count = readSizes(settings.hidden)!.length + 1;
  return Array.from({ length: count }, (_, i) => [`encoder.w${i + 1}`, `encoder.b${i + 1}`]).flat();
}

/** Logits of the latents, or what is to be coded: `[batch, ...latentShape]`. Keeps the parameters. */
export function encode(params: NamedArrays, x: np.Array, settings: VaeSettings): np.Array {
  const logits = forward("encoder", params, x, settings);
  return logits.reshape([logits.shape[0]!, ...latentShape(settings)]);
}

/** The posterior with these logits; with zeros, the prior. */
export function latents(logits: np.Array, settings: VaeSettings): Distribution {
  return settings.latents === "categorical" ? categorical(logits) : bernoulli(logits);
}

/** Logits of the pixels `[...rows, size]` for latents `[...rows, ...latentShape]`. Keeps the parameters. */
export function decode(params: NamedArrays, z: np.Array, settings: VaeSettings): np.Array {
  const rows = z.shape.slice(0, z.ndim - latentShape(settings).length);
  const seen = embed(params, z, settings);
  // Matrix products want two axes: samples and examples are rows alike.
  const flat = seen.reshape([rows.reduce((a, b) => a * b, 1), -1]);
  const pixels = forward("decoder", params, flat, settings);
  return pixels.reshape([...rows, pixels.shape[1]!]);
}

function embed(params: NamedArrays, z: np.Array, settings: VaeSettings): np.Array {
  if (settings.embedding === "one-hot" || areCodes(settings)) return z;
  if (settings.embedding === "learned") return np.matmul(z, params["embedding.w"]!.ref);
  if (settings.latents === "bernoulli") return z.mul(2).sub(1);
  const categories = settings.categories;
  const numbers = Float32Array.from({ length: categories }, (_, i) => (2 * i) / (categories - 1) - 1);
  return np.sum(z.mul(np.array(numbers)), -1);
}
