import { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../checks.ts";
import { hardOrNaN } from "../math.ts";
import { detach, linearGradient } from "../surrogate.ts";
import type { OptionsTable } from "../types.ts";
import type { Unit } from "./units.ts";

/** Quantizers: more than two hard values, straight-through inside their range. */

/** 1 on [low, high], 0 outside. Consumes x. */
function inside(x: np.Array, low: number, high: number): np.Array {
  const kept = detach(x);
  return np.greaterEqual(kept.ref, low).astype(np.float32).mul(np.lessEqual(kept, high).astype(np.float32));
}

/** Rounding to the nearest of `levels + 1` values on [0, 1]; halves go to the even one. NaN stays NaN. Consumes x. */
function roundTo(x: np.Array, levels: number): np.Array {
  return np.round(np.clip(x, 0, 1).mul(levels)).div(levels);
}

const roundOptions: OptionsTable = {
  bits: { type: "number", default: 2, min: 1, max: 16, integer: true, help: "2^bits values on [0, 1]" },
  of: {
    type: "choice",
    default: "activations",
    choices: ["activations", "weights"],
    help: "weights are first mapped to [0, 1] by tanh, and the result to [-1, 1]",
  },
};

/**
 * k-bit rounding (DoReFa): activations `round((2^k - 1) clip(x, 0, 1)) / (2^k - 1)`, straight-through on [0, 1]; weights
 * `2 r(tanh(w) / (2 max|tanh w|) + 1/2) - 1` with ordinary backpropagation through the tanh, the maximum held fixed.
 *
 * @param given.bits k, 1 to 16 (default 2).
 * @param given.of `"activations"` (default) or `"weights"`.
 * Reference: Zhou et al. 2016, arXiv 1606.06160.
 * @example
 * const y = roundBits({ bits: 4 }).apply(x);
 */
export function roundBits(given: { bits?: number; of?: string } = {}): Unit {
  const { bits, of } = resolveOptions<{ bits: number; of: string }>("roundBits", roundOptions, given);
  const levels = 2 ** bits - 1;
  const round = (x: np.Array): np.Array => {
    const slope = inside(x.ref, 0, 1);
    return linearGradient(roundTo(detach(x.ref), levels), x, slope);
  };
  return {
    id: "round-bits",
    title: `Rounding to ${bits} bits`,
    formula:
      of === "weights"
        ? "2 r(tanh(w)/(2 max|tanh w|) + 1/2) - 1"
        : "round((2^k - 1) clip(x, 0, 1)) / (2^k - 1)",
    ...(of === "weights" ? {} : { slope: (x: np.Array) => inside(x, 0, 1) }),
    apply: (x) => {
      if (of === "activations") return round(x);
      const t = np.tanh(x);
      const largest = np.maximum(np.max(np.abs(detach(t.ref))), 1e-12);
      return round(t.div(largest.mul(2)).add(0.5))
        .mul(2)
        .sub(1);
    },
  };
}

const ternaryOptions: OptionsTable = {
  threshold: { type: "number", default: 0.05, min: 0, max: 1000, help: "values up to this size become 0" },
  law: {
    type: "choice",
    default: "constant",
    choices: ["constant", "mean"],
    help: "mean: 0.7 times the mean absolute value, in place of the number",
  },
};

/**
 * Ternary: -1, 0 or 1; zero up to a threshold (a number, or `0.7 mean|x|` as in ternary weight networks). Straight-through on
 * [-1, 1].
 *
 * @param given.threshold 0 to 1000 (default 0.05).
 * @param given.law `"constant"` (default) or `"mean"`.
 * Reference: Li, Zhang & Liu 2016, arXiv 1605.04711.
 * @example
 * const w = ternary({ law: "mean" }).apply(weights);
 */
export function ternary(given: { threshold?: number; law?: string } = {}): Unit {
  const { threshold, law } = resolveOptions<{ threshold: number; law: string }>(
    "ternary",
    ternaryOptions,
    given,
  );
  return {
    id: "ternary",
    title: "Ternary",
    formula: "sign(x) if |x| > threshold, else 0",
    slope: (x) => inside(x, -1, 1),
    apply: (x) => {
      const kept = detach(x.ref);
      const limit = law === "mean" ? np.mean(np.abs(kept.ref)).mul(0.7) : np.array(threshold);
      const size = hardOrNaN(np.greater(np.abs(kept.ref), limit), kept.ref);
      const slope = inside(kept.ref, -1, 1);
      return linearGradient(np.sign(kept).mul(size), x, slope);
    },
  };
}

/**
 * Magnitude-aware sign: `sign(w) mean|w|`, the mean over all axes but the last (one number per output channel), and held
 * fixed: the gradient is `mean|w| g` on [-1, 1], else 0. `sign(0) = +1`.
 *
 * Reference: Liu et al. 2018, arXiv 1808.00278 (Bi-Real Net: magnitude-aware gradient); Rastegari et al. 2016, arXiv
 * 1603.05279 (XNOR-Net: the scale).
 * @example
 * const w = magnitudeAwareSign().apply(weights); // [inputs, outputs]
 */
export function magnitudeAwareSign(): Unit {
  return {
    id: "magnitude-aware-sign",
    title: "Magnitude-aware sign",
    formula: "sign(w) mean|w| per output channel",
    apply: (w) => {
      const kept = detach(w.ref);
      const axes = Array.from({ length: Math.max(w.ndim - 1, 0) }, (_, i) => i);
      const size = np.abs(kept.ref);
      const scale = w.ndim > 1 ? np.mean(size, axes, { keepdims: true }) : np.mean(size);
      const hard = hardOrNaN(np.greaterEqual(kept.ref, 0), kept.ref).mul(2).sub(1);
      return linearGradient(hard.mul(scale.ref), w, inside(kept, -1, 1).mul(scale));
    },
  };
}
