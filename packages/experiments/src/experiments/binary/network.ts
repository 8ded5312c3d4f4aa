import { nn, numpy as np } from "@jax-js/jax";
import { bernoulli, clip, type Estimator, type NamedArrays, sign } from "hardgrad";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import { dense, glorotUniform, splitKey } from "../../nn/layers.ts";
import type { BinarySettings } from "./options.ts";
import { initialSteps, roundedUnits, roundedWeights } from "./rounding.ts";

/** Layers: `w1` ... `w3`, each with the means, variances, scales and shifts of its units. */
export const LAYERS = 3;
/** Grey from which a pixel is ink, and what is added to a variance. */
export const INK = 0.5;
export const EPSILON = 1e-4;

export const isBinary = (settings: BinarySettings): boolean => settings.form === "binary";
/** Whether sums are brought to mean 0 and variance 1, with a scale and a shift of their own. */
export const isNormalized = (settings: BinarySettings): boolean => settings.form !== "float";

export function initialParams(
  key: np.Array,
  settings: BinarySettings,
  { shape, classes }: DataForm,
): NamedArrays {
  const hidden = settings.hidden;
  const sizes = [exampleSize(shape), hidden, hidden, classes.length];
  const params: NamedArrays = {};
  for (const [i, layerKey] of splitKey(key, LAYERS).entries()) {
    const [inputs, outputs] = [sizes[i]!, sizes[i + 1]!];
    params[`w${i + 1}`] = glorotUniform(layerKey, inputs, outputs);
    params[`shift${i + 1}`] = np.zeros([outputs]);
    if (!isNormalized(settings)) continue;
    params[`scale${i + 1}`] = np.ones([outputs]);
    params[`mean${i + 1}`] = np.zeros([outputs]);
    params[`variance${i + 1}`] = np.ones([outputs]);
  }
  return settings.form === "rounded" ? { ...params, ...initialSteps(params, settings) } : params;
}

/** How a layer's sums are brought to mean 0 and variance 1: by the batch's own moments, or by those that are kept. */
export type Norms = "batch" | "kept";

/** What a layer of units gives from its normalized sums. Consumes them. */
export type HardUnits = (z: np.Array) => np.Array;

/** Units that an estimator trains: 1 where the probability of 1 is above 1/2. */
export function unitsOf(estimator: Estimator): HardUnits {
  return (z) => {
    const half = np.full(z.shape, 0.5);
    return estimator.path!(bernoulli(z), half).mul(2).sub(1);
  };
}

/** Units as they are used. */
export const hardUnits: HardUnits = (z) => np.greater(z, 0).astype(np.float32).mul(2).sub(1);

const signs = sign({ derivative: clip() });

/** Told the moments of each layer's sums. */
export type Seen = (layer: number, mean: np.Array, variance: np.Array) => void;

/**
 * Scores `[batch, classes]` of grey images in [0, 1]: `z = scale (x W - mean) / sqrt(variance + epsilon) + shift`. Binary:
 * weights are signs, the first x are 0 and 1, later ones what `units` makes of z. Rounded: weights and units have a few
 * bits, the first x are grey. Consumes the images, not the parameters.
 */
export function hardScores(
  params: NamedArrays,
  images: np.Array,
  settings: BinarySettings,
  norms: Norms,
  units: HardUnits = hardUnits,
  seen?: Seen,
): np.Array {
  const binary = isBinary(settings);
  let x = binary ? np.greater(images, INK).astype(np.float32) : images;
  for (let i = 1; ; i++) {
    const weights = binary ? signs.apply(params[`w${i}`]!.ref) : roundedWeights(params, i, settings);
    const sums = np.matmul(x, weights);
    const own = norms === "batch";
    const mean = own ? np.mean(sums.ref, 0) : params[`mean${i}`]!.ref;
    const centred = sums.sub(mean.ref);
    const variance = own ? np.mean(np.square(centred.ref), 0) : params[`variance${i}`]!.ref;
    seen?.(i, mean.ref, variance.ref);
    mean.dispose();
    const z = centred
      .div(np.sqrt(variance.add(EPSILON)))
      .mul(params[`scale${i}`]!.ref)
      .add(params[`shift${i}`]!.ref);
    if (i === LAYERS) return z;
    x = binary ? units(z) : roundedUnits(params, i, z, settings);
  }
}

/** Scores of the twin with float weights and rectified units. Consumes the images, not the parameters. */
export function floatScores(params: NamedArrays, images: np.Array): np.Array {
  let x = images;
  for (let i = 1; ; i++) {
    const z = dense(x, params[`w${i}`]!.ref, params[`shift${i}`]!.ref);
    if (i === LAYERS) return z;
    x = nn.relu(z);
  }
}

/** Scores of the network as it is used. Consumes the images, not the parameters. */
export function scoresOf(params: NamedArrays, images: np.Array, settings: BinarySettings): np.Array {
  return isNormalized(settings) ? hardScores(params, images, settings, "kept") : floatScores(params, images);
}
