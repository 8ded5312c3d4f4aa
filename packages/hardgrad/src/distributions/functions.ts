import type { numpy as np } from "@jax-js/jax";
import type { Distribution } from "../types.ts";

/** What every distribution can do: noise -> sample -> relaxed sample, log-probability, support. */
export interface DistributionFunctions {
  /** The mean of a sample: `sigmoid(logits)`, `softmax(logits)`, the rate, the marginals of a subset. */
  mean(q: Distribution): np.Array;
  /** The noise that `sample` and `relaxed` share. Consumes the key. */
  noise(key: np.Array, shape: readonly number[]): np.Array;
  /** A hard sample: a pure function of logits and noise. */
  sample(q: Distribution, noise: np.Array): np.Array;
  /** Its soft stand-in from the same noise, where there is one; tends to `sample` as the temperature goes to 0. */
  relaxed?(q: Distribution, noise: np.Array, temperature: np.Array | number): np.Array;
  /** `log P(sample)`, summed over the event: one number per example. */
  logProbability(q: Distribution, sample: np.Array): np.Array;
  /** The derivative of `log P(sample)` with respect to the logits. */
  score(q: Distribution, sample: np.Array): np.Array;
  /** How many values the sample of one example can take. */
  stateCount(q: Distribution): number;
  /** Every value the sample can take: `[states, ...event]`. Uses no logits. */
  states(q: Distribution): np.Array;
}
