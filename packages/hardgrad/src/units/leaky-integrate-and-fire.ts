import { numpy as np } from "@jax-js/jax";
import { detach } from "../surrogate.ts";
import type { Reference, ReferenceKey } from "../types.ts";
import { fastSigmoid } from "./algebraic-derivatives.ts";
import type { PseudoDerivative } from "./shape.ts";
import { step } from "./units.ts";

/** A spiking neuron, one step of time at a call. */
export interface SpikingNeuron {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly reference?: ReferenceKey | Reference;
  /**
   * From the potential before the last reset and the input current, both `[..., neurons]`, to `[potential, spikes]` of this
   * step: the potential U before its reset, and spikes exactly 0 or 1. The first potential is zeros. Consumes both.
   */
  step(potential: np.Array, input: np.Array): [np.Array, np.Array];
}

/** Options of `leakyIntegrateAndFire`. */
export interface LeakyOptions {
  /** What is left of the potential after a step: 0 to 1 (default 0.9), or one number per neuron. */
  readonly decay?: number | readonly number[];
  /** The potential above which a neuron spikes, 1e-3 to 1e6 (default 1). */
  readonly threshold?: number;
  /** What a spike takes off the potential: the threshold (`"soft"`, default) or all of it (`"hard"`). */
  readonly reset?: "soft" | "hard";
  /** `"immediate"` (default): at once, so that the decay applies to what is left; `"delayed"`: at the next step. */
  readonly timing?: "immediate" | "delayed";
  /** Whether the gradient goes through the spike that resets: `"detached"` (default) or `"attached"`. */
  readonly resetGradient?: "detached" | "attached";
  /** What stands in for the derivative of a spike (default `fastSigmoid()`). */
  readonly derivative?: PseudoDerivative;
}

/**
 * Leaky integrate-and-fire: `U_t = decay V_(t-1) + I_t`, `S_t = 1[U_t > threshold]`, and the reset
 * `V_t = U_t - threshold S_t` (soft) or `(1 - S_t) U_t` (hard). Delayed and soft, as in snnTorch:
 * `U_t = decay U_(t-1) + I_t - threshold S_(t-1)`, which takes off the whole threshold, not `decay threshold`. Hard resets are
 * the same delayed or not.
 *
 * Backward, a spike has the pseudo-derivative of U - threshold. Detached, the reset is a constant; attached, the gradient
 * also goes through its spike.
 *
 * @throws RangeError for options out of range; TypeError for a derivative that is none.
 * @see Neftci, Mostafa & Zenke 2019; Eshraghian et al. 2023 (snnTorch)
 * @example
 * const neuron = leakyIntegrateAndFire({ decay: 0.95 });
 * const layer = scan((params, potential, input) => neuron.step(potential, np.matmul(input, params.w)));
 * const [potential, spikes] = layer.run(params, np.zeros([6]), x); // x [time, 3], spikes [time, 6]
 */
export function leakyIntegrateAndFire(options: LeakyOptions = {}): SpikingNeuron {
  const {
    decay = 0.9,
    threshold = 1,
    reset = "soft",
    timing = "immediate",
    resetGradient = "detached",
    derivative = fastSigmoid(),
  } = options;
  check(options, { decay, threshold, reset, timing, resetGradient });
  const spikes = step({ derivative, threshold });
  const left = (u: np.Array): np.Array => u.mul(typeof decay === "number" ? decay : np.array([...decay]));
  return {
    id: "leaky-integrate-and-fire",
    title: "Leaky integrate-and-fire neuron",
    formula: "U_t = decay V_(t-1) + I_t, S_t = 1[U_t > threshold], V_t = U_t - threshold S_t",
    reference: "neftci2019",
    step: (potential, input) => {
      const before =
        resetGradient === "attached"
          ? spikes.apply(potential.ref)
          : detach(spikes.apply(detach(potential.ref)));
      const after =
        reset === "hard"
          ? left(potential.mul(np.negative(before).add(1)))
          : timing === "immediate"
            ? left(potential.sub(before.mul(threshold)))
            : left(potential).sub(before.mul(threshold));
      const now = after.add(input);
      return [now, spikes.apply(now.ref)];
    },
  };
}

const choices = {
  reset: ["soft", "hard"],
  timing: ["immediate", "delayed"],
  resetGradient: ["detached", "attached"],
} as const;

function check(given: LeakyOptions, used: Required<Omit<LeakyOptions, "derivative">>): void {
  const refuse = (what: string, rule: string, value: unknown): never => {
    throw new RangeError(`leakyIntegrateAndFire: ${what} must be ${rule}, not ${value}.`);
  };
  const known = [...Object.keys(used), "derivative"];
  for (const name of Object.keys(given))
    if (!known.includes(name))
      throw new RangeError(`leakyIntegrateAndFire: option ${name} is unknown; known: ${known.join(", ")}.`);
  const decays = typeof used.decay === "number" ? [used.decay] : used.decay;
  if (decays.length === 0) refuse("decay", "a number, or one per neuron", "an empty list");
  for (const d of decays) if (!(d >= 0 && d <= 1)) refuse("decay", "a number from 0 to 1", d);
  if (!(used.threshold >= 1e-3 && used.threshold <= 1e6))
    refuse("threshold", "a number from 0.001 to 1000000", used.threshold);
  for (const [name, list] of Object.entries(choices)) {
    const value = used[name as keyof typeof choices];
    if (!(list as readonly string[]).includes(value)) refuse(name, `one of ${list.join(", ")}`, value);
  }
}
