import { numpy as np, random } from "@jax-js/jax";
import { bernoulliLoss } from "../layers.ts";
import type { Params } from "../optimizers.ts";
import { logPrior } from "./flow.ts";
import { layer } from "./layers.ts";
import { decode, encode } from "./network.ts";

/** The two parts of `-log p(x|y)`'s bound, one of each per example. */
export interface Terms {
  /** `-log p(x | y, z)` at a sample z of `q(z | x, y)`. */
  readonly reconstruction: np.Array;
  /** `log q(z | x, y) - log p(z | y)` at that sample: in the mean the divergence. */
  readonly divergence: np.Array;
}

/**
 * The terms of a continuous style, by reparameterisation.
 *
 * @param x `[batch, 784]`, `image` what `seen` makes of it, y `[...rows, batch, classes]`. Consumed, with the key.
 */
export function continuousTerms(
  params: Params,
  given: { x: np.Array; image: np.Array; y: np.Array; key: np.Array; size: number },
): Terms {
  const { x, image, y, key, size } = given;
  const h = encode(params, image, y.ref);
  const mean = layer(params, "mean", 1, h.ref);
  const scale = layer(params, "scale", 1, h);
  // The same noise for every class, so that only the class makes a difference between them.
  const noise = random.normal(key, [x.shape[0]!, size]);
  const logNoise = np
    .sum(np.square(noise.ref), -1)
    .mul(-0.5)
    .sub((size / 2) * Math.log(2 * Math.PI));
  const z = mean.add(np.exp(scale.ref).mul(noise));
  const logPosterior = logNoise.sub(np.sum(scale, -1));
  const divergence = logPosterior.sub(logPrior(params, z.ref, y.ref));
  return { reconstruction: bernoulliLoss(decode(params, z, y), x), divergence };
}
