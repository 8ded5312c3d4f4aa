import { numpy as np } from "@jax-js/jax";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { oneHotOf } from "../../distributions/one-hot.ts";
import { logSoftmax } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";

/** The joint states of a distribution as one categorical variable: for estimators that sum over part of them. */

const MOST = 4096;

/** Stands for log 0 where a difference is formed: no log-probability that float32 holds is lower. */
export const IMPOSSIBLE: number = -(2 ** 127);

/** One categorical variable is its own list of states, which needs not be written down. */
const isOneVariable = (q: Distribution): boolean => q.kind === "categorical" && q.eventShape.length === 1;

/** How many states an estimator that draws some of them counts; more than 4096 only where they need no list. */
export function jointStateCount(name: string, q: Distribution): number {
  return isOneVariable(q) ? q.eventShape[0]! : listedStateCount(name, q);
}

/** How many states there are to be listed; refuses more than 4096. */
export function listedStateCount(name: string, q: Distribution): number {
  const count = functionsOf(q).stateCount(q);
  if (count > MOST)
    throw new RangeError(
      `${name}: ${count} joint states are more than ${MOST}; use fewer variables, or rloo().`,
    );
  return count;
}

/** The joint states as categories. */
export interface JointStates {
  /** Log-probabilities `[...batch, states]`, detached. */
  readonly logits: np.Array;
  /** The states with these indices `[draws, ...batch]`, as samples `[draws, ...batch, ...event]`. Once; consumes them. */
  pick(indices: np.Array): np.Array;
}

/** Keeps q. */
export function jointStates(name: string, q: Distribution): JointStates {
  const count = jointStateCount(name, q);
  if (isOneVariable(q))
    return {
      logits: np.maximum(logSoftmax(detach(q.logits.ref)), IMPOSSIBLE / 2),
      pick: (indices) => oneHotOf(indices, count),
    };
  const states = functionsOf(q).states(q);
  const spread = np.broadcastTo(states.ref.reshape([count, ...q.batchShape.map(() => 1), ...q.eventShape]), [
    count,
    ...q.logits.shape,
  ]);
  const logProbability = functionsOf(q).logProbability(fixed(q), spread);
  return {
    logits: np.maximum(np.moveaxis(logProbability, 0, -1), IMPOSSIBLE / 2),
    pick: (indices) => np.take(states, indices, 0),
  };
}
