import type { Distribution, Objective } from "../types.ts";
import { enumerated } from "./exact-gradient.ts";
import { heavyTailOf, withoutRareValues } from "./rare.ts";

/** What is known of the problem before any estimator is measured. */
export interface ProblemFacts {
  readonly states: number;
  readonly mean: number;
  readonly gradient: number[];
  readonly logits: readonly number[];
  /** f at every state. */
  readonly values: Float64Array;
  /** The mean of |f|. */
  readonly scale: number;
  readonly heavyTail: (samples: number) => number;
  /** Logits under which the rare values of q are frequent; absent if none is rare. */
  readonly frequent?: readonly number[];
}

/** For audits of this many samples. Keeps q. */
export async function problemFacts(
  q: Distribution,
  f: Objective,
  samples: number,
  onProgress?: (done: number, total: number) => void,
): Promise<ProblemFacts> {
  const { gradient, mean, probabilities, values } = await enumerated(q, f, onProgress);
  const logits = Array.from((await q.logits.ref.data()) as Float32Array);
  const frequent = withoutRareValues(q, logits, samples);
  return {
    states: values.length,
    mean,
    gradient,
    logits,
    values,
    scale: values.reduce((sum, v, s) => sum + probabilities[s]! * Math.abs(v), 0),
    heavyTail: heavyTailOf(probabilities, values, mean),
    ...(frequent ? { frequent } : {}),
  };
}
