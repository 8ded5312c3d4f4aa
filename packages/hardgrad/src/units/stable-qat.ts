import { numpy as np } from "@jax-js/jax";
import { type Given, resolveOptions } from "../options.ts";
import { type LearnedRounding, learnedRounding, roundingOptions } from "./learned-rounding.ts";

const options = {
  bits: { type: "number", default: 4, min: 2, max: 8, integer: true, help: "2^bits codes" },
  ...roundingOptions,
  amplitude: {
    type: "number",
    default: 0.21,
    min: 0,
    max: 0.2249,
    help: "A; 0 is LSQ, and from 0.2251 on the slope is negative at the codes",
  },
  normalize: {
    type: "boolean",
    default: false,
    help: "divide the slope by its mean over a bin, so that it compares with LSQ at one learning rate",
  },
} as const;

/** The mean of `(1 - k cos t) / (1 + k cos t)` over t from -pi/2 to pi/2, which is a bin. */
function meanSlope(k: number): number {
  const root = Math.sqrt(1 - k * k);
  return (8 / (Math.PI * root)) * Math.atan(Math.sqrt((1 - k) / (1 + k))) - 1;
}

/**
 * LSQ with the Fourier surrogate of StableQAT: forward and the gradient to the step s are those of {@link lsq}; to x,
 * inside the range, `g (1 - k)/(1 + k)` with `k = sqrt(2) pi A cos(pi (v + round v))`, v = x/s. The slope is 1 where the code
 * changes and least at the codes: 0.035 for A = 0.21, where its mean over a bin is 0.3025. That mean acts as a learning
 * rate of x, which `normalize` takes out.
 *
 * @param given.bits 2 to 8 (default 4).
 * @param given.signed default true, for weights; false for activations that are not negative.
 * @param given.per `"tensor"` (default), one step, or `"channel"`, one for each entry of the last axis.
 * @param given.amplitude A, 0 to 0.2249 (default 0.21); 0 is LSQ.
 * @param given.normalize divide the slope by its mean over a bin (default false).
 * @throws RangeError for options out of range, or a step of another shape.
 * @see Chen et al. 2026 (StableQAT)
 * @example
 * const rounding = stableQat({ bits: 3, normalize: true });
 * const y = rounding.apply(w.ref, rounding.init(w));
 */
export function stableQat(given: Given<typeof options> = {}): LearnedRounding {
  const { bits, signed, per, amplitude, normalize } = resolveOptions("stableQat", options, given);
  const k = Math.SQRT2 * Math.PI * amplitude;
  const mean = normalize ? meanSlope(k) : 1;
  return learnedRounding({
    name: "stableQat",
    id: "stable-qat",
    title: `Learned step, Fourier surrogate, ${bits} bits`,
    formula: "s round(clip(x/s, -Qn, Qp)), slope (1 - k)/(1 + k), k = sqrt(2) pi A cos(pi (v + round v))",
    reference: "chen2026",
    bits,
    signed,
    per,
    inside: (v, code) => {
      // round v is whole, so that cos(pi (v + round v)) is cos(pi (v - round v)), of a small argument.
      const wave = np.cos(v.sub(code).mul(Math.PI)).mul(k);
      return np.negative(wave.ref).add(1).div(wave.add(1).mul(mean));
    },
  });
}
