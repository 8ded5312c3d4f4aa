import { numpy as np } from "@jax-js/jax";
import { functionsOf, keep } from "../../distributions/index.ts";
import type { Distribution } from "../../types.ts";

/**
 * Probabilities of all states, `[states, ...batch]`, in the order of `functionsOf(q).states`. Keeps q.
 *
 * For independent variables a tree of outer products: no logarithm or exponential per state, and each entry has full
 * relative accuracy. `spread` is the states, broadcast to `[states, ...logits.shape]`; it is consumed.
 */
export function jointProbability(q: Distribution, spread: np.Array): np.Array {
  if (q.kind !== "bernoulli" && q.kind !== "categorical")
    return np.exp(functionsOf(q).logProbability(keep(q), spread));
  spread.dispose();
  const mean = functionsOf(q).mean(keep(q));
  const last = [...q.batchShape, -1];
  const each =
    q.kind === "categorical"
      ? mean.reshape([...last, q.eventShape.at(-1)!])
      : np.stack([functionsOf(q).mean({ ...q, logits: np.negative(q.logits.ref) }), mean], -1);
  return np.moveaxis(products(each), -1, 0);
}

/** `[..., variables, values]` to `[..., values^variables]`: one entry from each row, the first row varies fastest. */
function products(each: np.Array): np.Array {
  const [count, values] = each.shape.slice(-2) as [number, number];
  const batch = each.shape.slice(0, -2);
  if (count === 1) return each.reshape([...batch, values]);
  const [low, high] = np.split(each, [count >> 1], -2).map(products) as [np.Array, np.Array];
  const outer = high.reshape([...batch, -1, 1]).mul(low.reshape([...batch, 1, -1]));
  return outer.reshape([...batch, values ** count]);
}
