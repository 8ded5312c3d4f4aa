import { numpy as np } from "@jax-js/jax";
import { logSoftmax, type NamedArrays, oneHotOf } from "hardgrad";
import type { HostArrays } from "../../contract/backend.ts";
import { dense, fanInUniform, splitKey } from "../../nn/layers.ts";
import { normalized } from "../../nn/normalize.ts";

/**
 * A multilayer perceptron with rectified units: weights `w1`, `b1`, ... of the hidden layers, then `head`, `headBias`.
 * Layers are numbered from 1.
 */

/** Sizes of a network. */
export interface Sizes {
  readonly inputs: number;
  readonly layers: readonly number[];
  readonly outputs: number;
}

/** The weights that one finished task reads, as plain data; entries that it does not read are 0. */
export type TaskNetwork = HostArrays;

/** Number of inputs of a hidden layer, or of the head. */
export function fanIn(sizes: Sizes, layer: number): number {
  return layer === 1 ? sizes.inputs : sizes.layers[layer - 2]!;
}

/** Weights uniform within `1/sqrt(inputs)` (the usual default), biases zero. Consumes the key. */
export function initialWeights(key: np.Array, sizes: Sizes): NamedArrays {
  const params: NamedArrays = {};
  const widths = [...sizes.layers, sizes.outputs];
  splitKey(key, widths.length).forEach((k, i) => {
    const last = i === sizes.layers.length;
    params[last ? "head" : `w${i + 1}`] = fanInUniform(
      k,
      [fanIn(sizes, i + 1), widths[i]!],
      fanIn(sizes, i + 1),
    );
    params[last ? "headBias" : `b${i + 1}`] = np.zeros([widths[i]!]);
  });
  return params;
}

/**
 * Class scores `[..., batch, outputs]` of pixels `[batch, inputs]`. Consumes images and parameters.
 *
 * @param hidden what is done to each layer's units, e.g. a gate.
 */
export function scoresOf(
  params: NamedArrays,
  images: np.Array,
  layers: number,
  hidden: (units: np.Array, layer: number) => np.Array = (units) => units,
): np.Array {
  let x = normalized(images);
  for (let layer = 1; layer <= layers; layer++) {
    const bias = params[`b${layer}`];
    const a = np.matmul(x, params[`w${layer}`]!);
    x = hidden(np.maximum(bias ? a.add(bias) : a, 0), layer);
  }
  return params.headBias ? dense(x, params.head!, params.headBias) : np.matmul(x, params.head!);
}

/** What a step learns from: see `batchOf`. */
export interface LossBatch {
  images: np.Array;
  labels: np.Array;
  active: np.Array;
  weights: np.Array;
}

/** Cross-entropy `[..., batch]` over the outputs that compete, for scores `[..., batch, outputs]`. Consumes everything. */
export function lossesOf(scores: np.Array, labels: np.Array, active: np.Array): np.Array {
  const oneHot = oneHotOf(labels.astype(np.int32), scores.shape.at(-1)!);
  const closed = np.negative(active).add(1).mul(-1e9);
  return np.negative(np.sum(logSoftmax(scores.add(closed)).mul(oneHot), -1));
}

/** The weighted sum of a batch's losses. Consumes everything. */
export function weightedLoss(
  scores: np.Array,
  { labels, active, weights }: Omit<LossBatch, "images">,
): np.Array {
  return np.sum(lossesOf(scores, labels, active).mul(weights));
}
