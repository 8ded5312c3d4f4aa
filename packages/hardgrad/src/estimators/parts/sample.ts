import { numpy as np } from "@jax-js/jax";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { forbidden } from "../../distributions/mask.ts";
import type { Distribution } from "../../types.ts";

/**
 * A hard sample, or one for each row of the noise, without a gradient. Keeps q, consumes the noise.
 *
 * @param noise from `drawNoise`.
 * @returns of the shape of the noise of one draw, or `[samples, ...batch, ...event]`.
 * @example
 * const hard = drawHard(q, drawNoise(q, key));
 */
export function drawHard(q: Distribution, noise: np.Array): np.Array {
  return functionsOf(q).sample(fixed(q), noise);
}

/** The mean of a sample, without a gradient. Keeps q. */
export function fixedMean(q: Distribution): np.Array {
  return functionsOf(q).mean(fixed(q));
}

/**
 * The derivative of `log P(D)` with respect to the logits, `D - mean`, without a gradient. Keeps q, consumes the sample.
 *
 * @returns of the shape of the sample.
 * @example
 * const scores = score(q, h);
 */
export function score(q: Distribution, sample: np.Array): np.Array {
  return functionsOf(q).score(fixed(q), sample);
}

/** How many entries of the logits are allowed, for a mean over those; undefined without a mask. Keeps q. */
export function allowedEntries(q: Distribution): np.Array | undefined {
  return q.masked && np.maximum(np.sum(np.where(forbidden(q), 0, 1)).astype(np.float32), 1);
}

/** How many categories may be chosen, `[..., 1]` in the shape of the logits. Keeps q. */
export function choicesOf(q: Distribution): np.Array {
  if (!q.masked) return np.full([...q.logits.shape.slice(0, -1), 1], q.eventShape.at(-1)!);
  return np.sum(np.where(forbidden(q), 0, 1), -1, { keepdims: true }).astype(np.float32);
}
