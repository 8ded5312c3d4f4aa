import { numpy as np } from "@jax-js/jax";
import { checkShape } from "../gates/named-arrays.ts";
import type { NamedArrays } from "../types.ts";

/** What to watch during training: pure functions of arrays that a step already has. Each consumes its arrays. */

/** Shares of gates that are always off, always on, and the mean rate, over a batch of samples `[batch, units]`. */
export interface GateRates {
  readonly dead: np.Array;
  readonly saturated: np.Array;
  readonly rate: np.Array;
}

/**
 * Dead and saturated gates of a batch: units that are 0, or 1, in every example.
 *
 * @param samples `[batch, units]`, hard.
 * @example
 * const { dead, saturated, rate } = gateRates(h);
 */
export function gateRates(samples: np.Array): GateRates {
  // Of the extremes, not of the mean: that of a thousand ones rounds to less than 1 at one batch size in eight.
  const dead = np.mean(np.lessEqual(np.max(samples.ref, 0), 0).astype(np.float32));
  const saturated = np.mean(np.greaterEqual(np.min(samples.ref, 0), 1).astype(np.float32));
  return { dead, saturated, rate: np.mean(np.mean(samples, 0)) };
}

/**
 * The share of hard values that changed between two passes over the same examples, or two versions of a binary weight.
 *
 * @example
 * const ratio = flipRatio(before, after);
 */
export function flipRatio(before: np.Array, after: np.Array): np.Array {
  checkShape("flipRatio", "the second array", after, before.shape);
  return np.mean(np.notEqual(before, after).astype(np.float32));
}

/**
 * Running mean and variance of a gradient over steps, as explicit state: start with `startGradientMonitor`, call on every
 * step with the layer's gradient, read with `signalToNoise`.
 *
 * @example
 * let monitor = startGradientMonitor([3, 6]); // the shape of the layer's weights
 */
export function startGradientMonitor(shape: readonly number[]): NamedArrays {
  return { mean: np.zeros([...shape]), square: np.zeros([...shape]), weight: np.array(0) };
}

/**
 * The next state; `decay` is the weight of the past. Consumes both.
 *
 * @example
 * let monitor = startGradientMonitor([3, 6]);
 * for (const seed of [0, 1, 2]) monitor = monitorGradient(monitor, random.normal(random.key(seed), [3, 6]));
 */
export function monitorGradient(state: NamedArrays, gradient: np.Array, decay = 0.99): NamedArrays {
  const { mean, square, weight } = state as { mean: np.Array; square: np.Array; weight: np.Array };
  checkShape("monitorGradient", "the gradient", gradient, mean.shape);
  return {
    mean: mean.mul(decay).add(gradient.ref.mul(1 - decay)),
    square: square.mul(decay).add(np.square(gradient).mul(1 - decay)),
    weight: weight.mul(decay).add(1 - decay),
  };
}

/**
 * Variance (summed over the layer) and signal-to-noise ratio `|mean|^2 / variance` of a layer's gradient. Consumes the state.
 *
 * @example
 * const monitor = monitorGradient(startGradientMonitor([3, 6]), random.normal(key, [3, 6]));
 * const { variance, ratio } = signalToNoise(monitor);
 */
export function signalToNoise(state: NamedArrays): { variance: np.Array; ratio: np.Array } {
  const { mean, square, weight } = state as { mean: np.Array; square: np.Array; weight: np.Array };
  const total = np.maximum(weight, 1e-12);
  const centre = mean.div(total.ref);
  const signal = np.square(centre);
  const variance = np.sum(np.maximum(square.div(total).sub(signal.ref), 0));
  return { ratio: np.sum(signal).div(np.maximum(variance.ref, 1e-30)), variance };
}
