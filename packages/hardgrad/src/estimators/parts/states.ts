import { numpy as np } from "@jax-js/jax";
import { functionsOf } from "../../distributions/index.ts";
import type { Distribution } from "../../types.ts";

/** Every state for every example, `[states, ...logits.shape]`. Keeps q. */
export function everyState(q: Distribution): np.Array {
  const states = functionsOf(q).states(q);
  const count = states.shape[0]!;
  return np.broadcastTo(states.reshape([count, ...q.batchShape.map(() => 1), ...q.eventShape]), [
    count,
    ...q.logits.shape,
  ]);
}
