import { numpy as np } from "@jax-js/jax";
import { logit } from "../../distributions/noise.ts";
import { sigmoid } from "../../math.ts";
import { type Given, resolveOptions } from "../../options.ts";
import { reuse } from "../../scalars.ts";
import type { NumberOption } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { temperatureOption } from "../parts/options.ts";

const low: NumberOption = {
  type: "number",
  default: -0.1,
  min: -10,
  max: -0.001,
  help: "lower end of the stretched interval",
};

const high: NumberOption = {
  type: "number",
  default: 1.1,
  min: 1.001,
  max: 10,
  help: "upper end of the stretched interval",
};

const options = { temperature: temperatureOption("beta of the binary Concrete variable", 2 / 3), low, high };

/**
 * Hard-concrete gate: `s = sigmoid((a - logit u) / beta)`, stretched and clipped, `clip(low + (high - low) s, 0, 1)`: exactly
 * 0 or 1 with positive probability and continuous in between. Units draw their own noise. No gradient where it is clipped.
 *
 * Penalty: `hardConcreteOpen`; test time: `hardConcreteGate`.
 *
 * @param given.temperature beta, 0.01 to 100 (default 2/3), or a scalar array.
 * @param given.low lower end, -10 to -0.001 (default -0.1).
 * @param given.high upper end, 1.001 to 10 (default 1.1).
 * @throws RangeError for options out of range.
 * @see Louizos, Welling & Kingma 2018
 * @example
 * const gate = through(bernoulli(logits), hardConcrete(), key);
 */
export const hardConcrete = defineEstimator({
  id: "hard-concrete",
  title: "Hard-concrete gate",
  family: "relaxation",
  place: 6,
  supports: ["bernoulli"],
  unbiased: false,
  forward: "soft",
  formula: "g dz/da, z = clip(low + (high - low) sigmoid((a - logit u)/beta), 0, 1)",
  note: "For L0 penalties: exact zeros in training. Dead where clipped; the penalty keeps such gates moving.",
  reference: "louizos2018",
  options,
  path: (q, u, settings) => {
    const s = sigmoid(q.logits.sub(logit(u)).div(reuse(settings.temperature)));
    return np.clip(s.mul(settings.high - settings.low).add(settings.low), 0, 1);
  },
});

/**
 * Probability that a hard-concrete gate is not zero, `sigmoid(a - beta log(-low / high))`: sum it for the L0 penalty.
 *
 * @param logits a, of any shape. Consumed.
 * @param given the options of the gate.
 * @throws RangeError for options out of range.
 * @see Louizos, Welling & Kingma 2018
 * @example
 * const penalty = np.sum(hardConcreteOpen(logits));
 */
export function hardConcreteOpen(logits: np.Array, given: Given<typeof options> = {}): np.Array {
  const { temperature, low, high } = resolveOptions("hardConcreteOpen", options, given);
  const ratio = Math.log(-low / high);
  return sigmoid(
    logits.sub(typeof temperature === "number" ? temperature * ratio : temperature.ref.mul(ratio)),
  );
}

/**
 * A hard-concrete gate at test time, `clip(low + (high - low) sigmoid(a), 0, 1)`, without noise.
 *
 * @param logits a, of any shape. Consumed.
 * @param given the ends of the interval of the gate.
 * @throws RangeError for options out of range.
 * @see Louizos, Welling & Kingma 2018
 * @example
 * const gate = hardConcreteGate(logits);
 */
export function hardConcreteGate(
  logits: np.Array,
  given: { readonly low?: number; readonly high?: number } = {},
): np.Array {
  const ends = resolveOptions("hardConcreteGate", { low, high }, given);
  return np.clip(
    sigmoid(logits)
      .mul(ends.high - ends.low)
      .add(ends.low),
    0,
    1,
  );
}
