import { numpy as np } from "@jax-js/jax";
import { finite, hardOrNaN } from "../math.ts";
import { type Given, resolveOptions } from "../options.ts";
import { detach, linearGradient } from "../surrogate.ts";
import type { Unit } from "./unit.ts";

/** Quantizers: more than two hard values, straight-through inside their range. */

/** 1 on [low, high], 0 outside, NaN for NaN. Consumes x. */
function inside(x: np.Array, low: number, high: number): np.Array {
  const kept = detach(x);
  return hardOrNaN(np.logicalAnd(np.greaterEqual(kept.ref, low), np.lessEqual(kept.ref, high)), kept);
}

/** The mean size over some axes; of large entries the parts are summed, not the entries. Consumes x. */
function meanSize(x: np.Array, axes: number[]): np.Array {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  return np.sum(np.abs(x).div(count), axes, { keepdims: true });
}

/** Rounding to the nearest of `levels + 1` values on [0, 1]; halves go to the even one. NaN stays NaN. Consumes x. */
function roundTo(x: np.Array, levels: number): np.Array {
  return np.round(np.clip(x, 0, 1).mul(levels)).div(levels);
}

const roundOptions = {
  bits: { type: "number", default: 2, min: 1, max: 16, integer: true, help: "2^bits values on [0, 1]" },
  of: {
    type: "choice",
    default: "activations",
    choices: ["activations", "weights"],
    help: "weights are first mapped to [0, 1] by tanh, and the result to [-1, 1]",
  },
} as const;

/**
 * k-bit rounding (DoReFa): activations `round((2^k - 1) clip(x, 0, 1)) / (2^k - 1)`, straight-through on [0, 1]; weights
 * `2 r(tanh(w) / (2 max|tanh w|) + 1/2) - 1` with ordinary backpropagation through the tanh, the maximum held fixed.
 *
 * @param given.bits k, a whole number from 1 to 16 (default 2).
 * @param given.of `"activations"` (default) or `"weights"`.
 * @throws RangeError for options out of range.
 * @see Zhou, Wu, Ni, Zhou, Wen & Zou 2016 (DoReFa-Net)
 * @example
 * const y = roundBits({ bits: 4 }).apply(x);
 */
export function roundBits(given: Given<typeof roundOptions> = {}): Unit {
  const { bits, of } = resolveOptions("roundBits", roundOptions, given);
  const levels = 2 ** bits - 1;
  const round = (x: np.Array): np.Array => {
    const slope = inside(x.ref, 0, 1);
    return linearGradient(roundTo(detach(x.ref), levels), finite(x), slope);
  };
  return {
    id: "round-bits",
    title: `Rounding to ${bits} bits`,
    reference: "zhou2016",
    formula:
      of === "weights"
        ? "2 r(tanh(w)/(2 max|tanh w|) + 1/2) - 1"
        : "round((2^k - 1) clip(x, 0, 1)) / (2^k - 1)",
    ...(of === "weights" ? {} : { slope: (x: np.Array) => inside(x, 0, 1) }),
    apply: (x) => {
      if (of === "activations") return round(x);
      const t = np.tanh(finite(x));
      const size = np.max(np.abs(detach(t.ref)));
      // Of weights that are all 0 the quotient means nothing: they stay in the middle.
      const largest = np.where(np.lessEqual(size.ref, 2 ** -125), 1, size);
      return round(t.div(largest.mul(2)).add(0.5))
        .mul(2)
        .sub(1);
    },
  };
}

const ternaryOptions = {
  threshold: { type: "number", default: 0.05, min: 0, max: 1000, help: "values up to this size become 0" },
  law: {
    type: "choice",
    default: "constant",
    choices: ["constant", "mean"],
    help: "mean: 0.7 times the mean absolute value, in place of the number",
  },
} as const;

/**
 * Ternary: -1, 0 or 1; zero up to a threshold (a number, or `0.7 mean|x|` as in ternary weight networks). Straight-through on
 * [-1, 1].
 *
 * @param given.threshold 0 to 1000 (default 0.05).
 * @param given.law `"constant"` (default) or `"mean"`.
 * @throws RangeError for options out of range.
 * @see Li, Zhang & Liu 2016
 * @example
 * const w = ternary({ law: "mean" }).apply(weights);
 */
export function ternary(given: Given<typeof ternaryOptions> = {}): Unit {
  const { threshold, law } = resolveOptions("ternary", ternaryOptions, given);
  return {
    id: "ternary",
    title: "Ternary",
    reference: "li2016",
    formula: "sign(x) if |x| > threshold, else 0",
    slope: (x) => inside(x, -1, 1),
    apply: (x) => {
      const kept = finite(x);
      const fixed = detach(kept.ref);
      const every = fixed.shape.map((_, axis) => axis);
      const limit = law === "mean" ? meanSize(fixed.ref, every).mul(0.7) : np.array(threshold);
      const broken = np.isnan(fixed.ref.add(limit.ref));
      const on = np.where(broken, Number.NaN, np.greater(np.abs(fixed.ref), limit).astype(np.float32));
      const slope = inside(fixed.ref, -1, 1);
      return linearGradient(np.sign(fixed).mul(on), kept, slope);
    },
  };
}

/**
 * Magnitude-aware sign: `sign(w) mean|w|`, the mean over all axes but the last (one number per output channel), and held
 * fixed: the gradient is `mean|w| g` on [-1, 1], else 0. `sign(0) = +1`.
 *
 * @see Liu et al. 2018 (Bi-Real Net: magnitude-aware gradient); Rastegari, Ordonez, Redmon & Farhadi 2016 (XNOR-Net: the
 *   scale)
 * @example
 * const w = magnitudeAwareSign().apply(weights); // [inputs, outputs]
 */
export function magnitudeAwareSign(): Unit {
  return {
    id: "magnitude-aware-sign",
    title: "Magnitude-aware sign",
    reference: "liu2018",
    formula: "sign(w) mean|w| per output channel",
    apply: (w) => {
      const kept = finite(w);
      const fixed = detach(kept.ref);
      const axes = fixed.shape.map((_, axis) => axis);
      const scale = meanSize(fixed.ref, axes.length > 1 ? axes.slice(0, -1) : axes);
      const hard = hardOrNaN(np.greaterEqual(fixed.ref, 0), fixed.ref).mul(2).sub(1);
      return linearGradient(hard.mul(scale.ref), kept, inside(fixed, -1, 1).mul(scale));
    },
  };
}
