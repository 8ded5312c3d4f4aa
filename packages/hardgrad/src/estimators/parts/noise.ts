import { numpy as np, random } from "@jax-js/jax";
import { functionsOf } from "../../distributions/index.ts";
import type { Distribution } from "../../types.ts";
import { rows } from "./rows.ts";

/** The random numbers of an estimate. */

/**
 * The noise of `samples` independent draws: `[samples, ...logits.shape]`, or without the axis for one. Keeps q, consumes
 * the key.
 *
 * @example
 * const noise = drawNoise(q, key, 4);
 */
export function drawNoise(q: Distribution, key: np.Array, samples?: number): np.Array {
  const shape = samples === undefined ? q.logits.shape : [samples, ...q.logits.shape];
  return functionsOf(q).noise(key, shape);
}

/** Noise for estimators that need none: consumes the key so that every estimator is called alike. */
export function noNoise(_q: Distribution, key: np.Array): np.Array {
  return random.uniform(key, [1]);
}

/** The sample's noise on top of K sets of fresh noise: `[K + 1, ...logits.shape]`. Consumes the key. */
export function stackedNoise(q: Distribution, key: np.Array, samples: number): np.Array {
  const [first, second] = rows(random.split(key, 2), [0, 1]) as [np.Array, np.Array];
  const own = drawNoise(q, first);
  return np.concatenate([own.reshape([1, ...own.shape]), drawNoise(q, second, samples)], 0);
}

/** Parts the noise made by `stackedNoise`. Consumes it. */
export function unstackNoise(noise: np.Array): { own: np.Array; fresh: np.Array } {
  const [own, fresh] = np.split(noise, [1], 0) as [np.Array, np.Array];
  return { own: np.squeeze(own, 0), fresh };
}
