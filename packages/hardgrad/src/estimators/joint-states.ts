import { nn, numpy as np } from "@jax-js/jax";
import { fixed, functionsOf } from "../distributions/index.ts";
import type { Distribution } from "../types.ts";

/** The joint states of a distribution as one categorical variable: for estimators that sum over part of them. */

const MOST = 4096;

/** How many there are; refuses more than 4096. */
export function jointStateCount(name: string, q: Distribution): number {
  const count = functionsOf(q).stateCount(q);
  if (count > MOST)
    throw new RangeError(
      `${name}: ${count} joint states are more than ${MOST}; use fewer variables, or rloo() or localExpectation().`,
    );
  return count;
}

/** States `[states, ...event]`, and their log-probabilities `[...batch, states]`, detached. Keeps q. */
export function jointStates(name: string, q: Distribution): { states: np.Array; logits: np.Array } {
  const count = jointStateCount(name, q);
  const states = functionsOf(q).states(q);
  const spread = np.broadcastTo(states.ref.reshape([count, ...q.batchShape.map(() => 1), ...q.eventShape]), [
    count,
    ...q.logits.shape,
  ]);
  const logProbability = functionsOf(q).logProbability(fixed(q), spread);
  return { states, logits: np.moveaxis(logProbability, 0, -1) };
}

/** The states with these indices `[draws, ...batch]`, as samples `[draws, ...batch, ...event]`. Consumes both. */
export function pickStates(q: Distribution, states: np.Array, indices: np.Array): np.Array {
  const count = states.shape[0]!;
  const flat = states.reshape([count, -1]);
  const shape = [...indices.shape, ...q.eventShape];
  return np.matmul(nn.oneHot(indices.reshape([-1]), count), flat).reshape(shape);
}
