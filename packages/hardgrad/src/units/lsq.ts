import { numpy as np } from "@jax-js/jax";
import { type Given, resolveOptions } from "../options.ts";
import { type LearnedRounding, learnedRounding, roundingOptions } from "./learned-rounding.ts";

const options = {
  bits: { type: "number", default: 4, min: 1, max: 8, integer: true, help: "2^bits codes" },
  ...roundingOptions,
} as const;

/**
 * Learned step size quantization (LSQ): `y = s round(clip(x/s, -Qn, Qp))`, with s a parameter of the network. Backward,
 * with v = x/s and N entries to a step: to x `g 1[-Qn <= v <= Qp]`; to s `sum g (round v - v)` inside the range and
 * `sum g` times -Qn or Qp outside it, all divided by `sqrt(N Qp)` so that steps learn as fast as weights do.
 *
 * @param given.bits 1 to 8 (default 4): signed codes -2^(b-1) to 2^(b-1) - 1, unsigned 0 to 2^b - 1. One signed bit is
 *   `s sign(x)`, whose gradient to s is `sum g sign(x)` and to x `g 1[|x| <= s]`.
 * @param given.signed default true, for weights; false for activations that are not negative.
 * @param given.per `"tensor"` (default), one step, or `"channel"`, one for each entry of the last axis.
 * @returns a {@link LearnedRounding}: `init(x)` gives the step to start from, of shape `[]` or `[channels]`; train it with
 *   the weights. Steps below 1e-5 count as 1e-5.
 * @throws RangeError for options out of range, or a step of another shape.
 * @see Esser, McKinstry, Bablani, Appuswamy & Modha 2020 (Learned Step Size Quantization)
 * @example
 * const rounding = lsq({ bits: 2 });
 * const params = { w, step: rounding.init(w.ref) };
 * const loss = ({ w, step }) => np.mean(np.square(np.matmul(x.ref, rounding.apply(w, step))));
 * const gradient = grad(loss)(params); // of w and of the step
 */
export function lsq(given: Given<typeof options> = {}): LearnedRounding {
  const { bits, signed, per } = resolveOptions("lsq", options, given);
  return learnedRounding({
    name: "lsq",
    id: "lsq",
    title: `Learned step (LSQ), ${bits} ${bits === 1 ? "bit" : "bits"}`,
    formula: "s round(clip(x/s, -Qn, Qp))",
    reference: "esser2020",
    bits,
    signed,
    per,
    inside: (v, code) => {
      code.dispose();
      return np.onesLike(v);
    },
  });
}
