import { nn, numpy as np } from "@jax-js/jax";
import { oneHotArgmax } from "../distributions/categorical.ts";
import { finite, fromTop, hardOrNaN, softmaxJacobian } from "../math.ts";
import { type Given, resolveOptions } from "../options.ts";
import { detach, linearGradient, linearMapGradient } from "../surrogate.ts";
import { clip } from "./bounded-derivatives.ts";
import { sigmoidDerivative } from "./exponential-derivatives.ts";
import { magnitudeAwareSign, roundBits, ternary } from "./quantizers.ts";
import type { PseudoDerivative } from "./shape.ts";
import type { Unit } from "./unit.ts";

/** One line of `units`. */
export interface UnitEntry {
  readonly id: string;
  /** The unit with its default options. */
  readonly create: () => Unit;
}

/** Options of the threshold units. */
export interface ThresholdOptions {
  /** A value such as `atan({ alpha: 2 })`. */
  readonly derivative?: PseudoDerivative;
  /** Where the unit switches (default 0). */
  readonly threshold?: number;
  /** Divide the pseudo-derivative by its integral, so that shapes compare at one size (default false). */
  readonly normalize?: boolean;
}

function slopeOf(
  name: string,
  options: ThresholdOptions,
  fallback: PseudoDerivative,
  jump: number,
): (x: np.Array) => np.Array {
  const { derivative = fallback, threshold = 0, normalize = false } = options;
  if (typeof derivative !== "object" || typeof derivative.derivative !== "function")
    throw new TypeError(
      `${name}: derivative must be a pseudo-derivative such as atan(), not ${typeof derivative}.`,
    );
  if (!Number.isFinite(threshold))
    throw new RangeError(`${name}: threshold must be a finite number, not ${threshold}.`);
  if (normalize && derivative.integral === null)
    throw new RangeError(
      `${name}: ${derivative.id} has no finite integral to normalize by; choose clip() or another shape.`,
    );
  const factor = normalize ? jump / derivative.integral! : 1;
  return (x) => derivative.derivative(x.sub(threshold)).mul(factor);
}

/**
 * Step: `1[x > threshold]`, with a pseudo-derivative backward.
 *
 * @param options.derivative what stands in for the derivative (default `sigmoidDerivative()`).
 * @param options.normalize make it integrate to 1, the height of the jump.
 * @throws RangeError for a threshold that is not finite, or a shape without an integral to normalize by.
 * @example
 * const h = step({ derivative: atan({ alpha: 2 }) }).apply(x);
 */
export function step(options: ThresholdOptions = {}): Unit {
  const slope = slopeOf("step", options, sigmoidDerivative(), 1);
  const { threshold = 0 } = options;
  return {
    id: "step",
    title: "Step",
    formula: "1[x > threshold]",
    slope: (x) => slope(x),
    apply: (x) => {
      const hard = hardOrNaN(np.greater(x.ref, threshold), x.ref);
      return linearGradient(hard, finite(x.ref), slope(detach(x)));
    },
  };
}

/**
 * Sign: -1 or +1, with `sign(0) = +1` (never 0), and a pseudo-derivative backward.
 *
 * @param options.derivative what stands in for the derivative (default `clip()`, as in binarized networks).
 * @param options.normalize make it integrate to 2, the height of the jump.
 * @example
 * const w = sign().apply(weights);
 */
export function sign(options: ThresholdOptions = {}): Unit {
  const slope = slopeOf("sign", options, clip(), 2);
  const { threshold = 0 } = options;
  return {
    id: "sign",
    title: "Sign",
    formula: "+1 if x >= threshold, else -1",
    slope: (x) => slope(x),
    apply: (x) => {
      const hard = hardOrNaN(np.greaterEqual(x.ref, threshold), x.ref).mul(2).sub(1);
      return linearGradient(hard, finite(x.ref), slope(detach(x)));
    },
  };
}

const argmaxOptions = {
  temperature: {
    type: "number",
    default: 1,
    min: 0.01,
    max: 100,
    help: "temperature of the softmax whose Jacobian is used",
  },
} as const;

/**
 * One-hot argmax on the last axis (the first in a tie), backward `J(softmax(x / t)) g / t`.
 *
 * @param given.temperature t, 0.01 to 100 (default 1).
 * @throws RangeError for a temperature out of its range.
 * @example
 * const choice = oneHot({ temperature: 0.5 }).apply(scores);
 */
export function oneHot(given: Given<typeof argmaxOptions> = {}): Unit {
  const { temperature } = resolveOptions("oneHot", argmaxOptions, given);
  return {
    id: "one-hot",
    title: "One-hot argmax",
    formula: "e_i, i = argmax x",
    apply: (x) => {
      const hard = oneHotArgmax(x.ref);
      const mean = detach(nn.softmax(fromTop(x.ref).div(temperature), -1));
      return linearMapGradient(hard, finite(x), (v) => softmaxJacobian(mean, v).div(temperature));
    },
  };
}

/** Every unit. */
export const units: readonly UnitEntry[] = [
  { id: "step", create: step },
  { id: "sign", create: sign },
  { id: "one-hot", create: oneHot },
  { id: "round-bits", create: roundBits },
  { id: "ternary", create: ternary },
  { id: "magnitude-aware-sign", create: magnitudeAwareSign },
];
