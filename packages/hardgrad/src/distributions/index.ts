import type { numpy as np } from "@jax-js/jax";
import type { Distribution, Kind } from "../types.ts";
import { bernoulliFunctions } from "./bernoulli.ts";
import { categoricalFunctions } from "./categorical.ts";

/** What every distribution can do: noise -> sample -> relaxed sample, log-probability, support. */
export interface DistributionFunctions {
  /** `sigmoid(logits)` or `softmax(logits)`. */
  mean(q: Distribution): np.Array;
  /** The noise that `sample` and `relaxed` share. Consumes the key. */
  noise(key: np.Array, shape: readonly number[]): np.Array;
  /** A hard sample: a pure function of logits and noise. */
  sample(q: Distribution, noise: np.Array): np.Array;
  /** Its soft stand-in from the same noise; tends to `sample` as the temperature goes to 0. */
  relaxed(q: Distribution, noise: np.Array, temperature: np.Array | number): np.Array;
  /** `log P(sample)`, summed over the event: one number per example. */
  logProbability(q: Distribution, sample: np.Array): np.Array;
  stateCount(eventShape: readonly number[]): number;
  /** Every value the sample can take: `[states, ...event]`. */
  states(eventShape: readonly number[]): np.Array;
}

/** A missing family is a compile error. */
export const distributionFunctions: { readonly [K in Kind]: DistributionFunctions } = {
  bernoulli: bernoulliFunctions,
  categorical: categoricalFunctions,
};

/** The functions of q's family. */
export function functionsOf(q: Distribution): DistributionFunctions {
  return distributionFunctions[q.kind];
}

/** q with one more reference to its logits, for a function that consumes them. */
export function keep(q: Distribution): Distribution {
  return { ...q, logits: q.logits.ref };
}
