import { numpy as np } from "@jax-js/jax";
import { detach } from "../surrogate.ts";
import type { NamedArrays } from "../types.ts";
import { checkRate } from "./rate.ts";

/** Settings of `followRate`. */
export interface RateControl {
  /** The wanted rate, above 0 and below 1. */
  readonly rate: number;
  /** Nothing changes while the running rate is within `rate ± band` (default: a tenth of the rate). */
  readonly band?: number;
  /** Factor on the strength at each step outside the band (default 1.005). */
  readonly factor?: number;
  /** Weight of the past in the running rate (default 0.95). */
  readonly decay?: number;
  /** Smallest and largest strength (default 1e-6 and 1). */
  readonly low?: number;
  readonly high?: number;
}

/**
 * The start of a rate control: `{ strength, rate }`, both scalars.
 *
 * @param strength of the penalty at first, above 0.
 * @throws RangeError for a strength that is not above 0, or a rate that is not between 0 and 1.
 * @example
 * let control = startRateControl(0.001, { rate: 0.1 });
 */
export function startRateControl(strength: number, { rate }: RateControl): NamedArrays {
  checkRate("startRateControl", rate);
  if (!(strength > 0 && Number.isFinite(strength)))
    throw new RangeError(`startRateControl: the strength must be a number above 0, not ${strength}.`);
  return { strength: np.array(strength), rate: np.array(rate) };
}

/**
 * The strength of a sparsity penalty for the next step: raised by a factor while more gates are open than wanted, lowered
 * while fewer are. No one strength holds a rate through a training: the task pulls harder at first than at the end.
 *
 * Bengio et al. 2013 do so for their rectifiers ("lambda raised or lowered when the rate leaves s ± 0.01").
 * Holds no gradient. Consumes the state and the measured rate.
 *
 * @param measured the share of open gates in this batch, a scalar.
 * @returns the next `{ strength, rate }`; `rate` is the running one.
 * @example
 * let control = startRateControl(0.001, { rate: 0.1 });
 * const penalty = rateDivergence(bernoulli(logits), 0.1).mul(control.strength.ref);
 * control = followRate(control, np.mean(p), { rate: 0.1 });
 */
export function followRate(state: NamedArrays, measured: np.Array, control: RateControl): NamedArrays {
  const { rate, band = rate / 10, factor = 1.005, decay = 0.95, low = 1e-6, high = 1 } = control;
  checkRate("followRate", rate);
  if (!(factor > 1 && band >= 0 && decay >= 0 && decay < 1 && low > 0 && high >= low))
    throw new RangeError(
      `followRate: needs factor > 1, band >= 0, 0 <= decay < 1 and 0 < low <= high, not ` +
        `factor ${factor}, band ${band}, decay ${decay}, low ${low}, high ${high}.`,
    );
  const running = state
    .rate!.mul(decay)
    .add(detach(measured).mul(1 - decay))
    .reshape([]);
  const up = np.greater(running.ref, rate + band);
  const down = np.less(running.ref, rate - band);
  const step = np.where(up, factor, np.where(down, 1 / factor, 1));
  return { strength: np.clip(state.strength!.mul(step), low, high), rate: running };
}
