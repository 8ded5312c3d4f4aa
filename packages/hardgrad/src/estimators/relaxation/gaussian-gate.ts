import { lax, numpy as np, random } from "@jax-js/jax";
import { type Given, resolveOptions } from "../../options.ts";
import type { NumberOption } from "../../types.ts";
import { defineEstimator } from "../define.ts";

const deviation: NumberOption = {
  type: "number",
  default: 0.5,
  min: 0.001,
  max: 100,
  help: "standard deviation of the noise",
};

const options = { deviation };

/**
 * Gaussian-relaxed gate (stochastic gate): `z = clip(a + sigma e, 0, 1)`, e normal: exactly 0 or 1 with positive
 * probability and continuous in between. The logit is the centre of the gate. Penalty: `gaussianGateOpen`.
 *
 * @param given.deviation sigma, 0.001 to 100 (default 0.5).
 * @throws RangeError for a deviation out of its range.
 * @see Yamada, Lindenbaum, Negahban & Kluger 2020
 * @example
 * const gate = through(bernoulli(logits), gaussianGate(), key);
 */
export const gaussianGate = defineEstimator({
  id: "gaussian-gate",
  title: "Gaussian-relaxed gate",
  family: "relaxation",
  place: 7,
  supports: ["bernoulli"],
  unbiased: false,
  forward: "soft",
  formula: "g 1[0 < z < 1] at z = clip(a + sigma e, 0, 1)",
  note: "The logit is the gate's centre, not a log-odds. Dead far outside [0, 1].",
  reference: "yamada2020",
  options,
  noise: (q, key, settings) => random.normal(key, [...q.logits.shape]).mul(settings.deviation),
  path: (q, e) => np.clip(q.logits.add(e), 0, 1),
});

/**
 * Probability that a Gaussian-relaxed gate is not zero, `Phi(a / sigma)`: sum it for the L0 penalty.
 *
 * @param logits a, of any shape. Consumed.
 * @param given the options of the gate.
 * @throws RangeError for a deviation out of its range.
 * @see Yamada, Lindenbaum, Negahban & Kluger 2020
 * @example
 * const penalty = np.sum(gaussianGateOpen(logits));
 */
export function gaussianGateOpen(logits: np.Array, given: Given<typeof options> = {}): np.Array {
  const settings = resolveOptions("gaussianGateOpen", options, given);
  return lax
    .erf(logits.div(settings.deviation * Math.SQRT2))
    .add(1)
    .mul(0.5);
}
