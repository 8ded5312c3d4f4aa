import { numpy as np } from "@jax-js/jax";
import { bernoulli, type Distribution, type NamedArrays, sample } from "hardgrad";
import { dense } from "../../nn/layers.ts";
import { normalized } from "../../nn/normalize.ts";
import type { ClassifierSettings } from "./options.ts";

/** Pre-activations `[batch, hidden]` of the hidden units for images `[batch, size]`, grey 0..255. */
export function preActivations(params: NamedArrays, images: np.Array, slope: np.Array | number): np.Array {
  return dense(normalized(images), params.w1!, params.b1!).mul(slope);
}

/** The hidden units as a distribution. Consumes the pre-activations. */
export function hiddenUnits(a: np.Array, settings: ClassifierSettings): Distribution {
  return bernoulli(a, { probability: settings.probability });
}

/** The hidden layer as it is used: by a sample, or, without a key, thresholded at probability 1/2. */
export function hiddenLayer(a: np.Array, settings: ClassifierSettings, key?: np.Array): np.Array {
  if (settings.unit === "tanh") return np.tanh(a);
  if (settings.unit === "linear") return a;
  return key ? sample(hiddenUnits(a, settings), key) : np.greater(a, 0).astype(np.float32);
}
