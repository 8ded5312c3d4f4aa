import { numpy as np } from "@jax-js/jax";
import { bernoulli, categorical, type Distribution, type NamedArrays, sample } from "hardgrad";
import { exampleSize } from "../../contract/dataset.ts";
import type { Facts } from "../../contract/experiment.ts";
import { dense, glorotUniform, splitKey } from "../../nn/layers.ts";
import type { SbnSettings } from "./options.ts";

/** Upper half, two stochastic layers, lower half: `w1`, `b1` to `w3`, `b3`. */

/** The shape of one layer's units: `[variables]`, or `[variables, categories]`. */
export function unitShape({ latents, variables, categories }: SbnSettings): number[] {
  return latents === "categorical" ? [variables, categories] : [variables];
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export function initialParams(key: np.Array, settings: SbnSettings, { shape }: Facts): NamedArrays {
  const half = exampleSize(shape) / 2;
  const width = product(unitShape(settings));
  const sizes = [half, width, width, half];
  const params: NamedArrays = {};
  for (const [i, layerKey] of splitKey(key, 3).entries()) {
    params[`w${i + 1}`] = glorotUniform(layerKey, sizes[i]!, sizes[i + 1]!);
    params[`b${i + 1}`] = np.zeros([sizes[i + 1]!]);
  }
  return params;
}

/** The units of a layer, from what is below it: logits are `slope (x w + b)`. Consumes x, keeps the others. */
export function unitsAbove(
  params: NamedArrays,
  layer: 1 | 2,
  x: np.Array,
  slope: np.Array,
  settings: SbnSettings,
): Distribution {
  const shape = unitShape(settings);
  const logits = affine(params, layer, x).mul(slope.ref);
  const rows = logits.shape.slice(0, -1);
  const q = logits.reshape([...rows, ...shape]);
  return settings.latents === "categorical" ? categorical(q) : bernoulli(q);
}

/** Logits of the lower half, for units `[...rows, ...unitShape]` of the second layer. Consumes them. */
export function lowerHalf(params: NamedArrays, h: np.Array, settings: SbnSettings): np.Array {
  return affine(params, 3, flat(h, settings));
}

/** Units as the rows that the next layer takes: `[...rows, width]`. */
export function flat(h: np.Array, settings: SbnSettings): np.Array {
  const own = unitShape(settings);
  return h.reshape([...h.shape.slice(0, h.ndim - own.length), product(own)]);
}

function affine(params: NamedArrays, layer: number, x: np.Array): np.Array {
  const rows = x.shape.slice(0, -1);
  // Matrix products want two axes: samples and examples are rows alike.
  const y = dense(
    x.reshape([product(rows), x.shape.at(-1)!]),
    params[`w${layer}`]!.ref,
    params[`b${layer}`]!.ref,
  );
  return y.reshape([...rows, y.shape[1]!]);
}

/** Logits of the lower half, by one sample of both layers. Consumes x and the key, keeps the others. */
export function drawnLowerHalf(
  params: NamedArrays,
  x: np.Array,
  slope: np.Array,
  key: np.Array,
  settings: SbnSettings,
): np.Array {
  const [first, second] = splitKey(key, 2) as [np.Array, np.Array];
  const h1 = sample(unitsAbove(params, 1, x, slope, settings), first);
  const h2 = sample(unitsAbove(params, 2, flat(h1, settings), slope, settings), second);
  return lowerHalf(params, h2, settings);
}
