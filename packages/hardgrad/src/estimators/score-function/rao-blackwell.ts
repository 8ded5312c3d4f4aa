import { lax, numpy as np } from "@jax-js/jax";
import { exponential, perturbed } from "../../distributions/noise.ts";
import { oneHotOf } from "../../distributions/one-hot.ts";
import { logsumexp } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { IMPOSSIBLE, jointStateCount, jointStates } from "../parts/joint-states.ts";
import { score } from "../parts/sample.ts";

const id = "rao-blackwell";

/**
 * Rao-Blackwellised REINFORCE: the k most probable joint states are summed exactly, and one sample of the rest stands
 * for the rest, scaled by its mass:
 * `sum_{top k} P(s) f(s) dlog P(s)/da + (1 - P(top k)) f(s') dlog P(s')/da`, s' from the rest.
 *
 * Exact when k is the number of states or more. The value is the weighted sum.
 *
 * @param given.summed k, 1 to 1024 (default 2); k + 1 evaluations of f per example.
 * @throws RangeError for a k out of its range, and for more than 4096 joint states that must be listed.
 * @see Liu, Regier, Tripuraneni, Jordan & McAuliffe 2019
 * @example
 * const losses = expectation(categorical(logits), f, raoBlackwell({ summed: 3 }), key);
 */
export const raoBlackwell = defineEstimator({
  id,
  title: "Rao-Blackwell: sum the likely states, sample the rest",
  family: "score function",
  place: 9,
  supports: ["bernoulli", "categorical", "subset", "plackett-luce", "binomial"],
  unbiased: true,
  enumerates: true,
  formula: "sum_{top k} P(s) f(s) dlog P(s)/da + (1 - P(top k)) f(s') dlog P(s')/da, s' from the rest",
  note: "Good when the mass sits on few states; with a flat distribution it is REINFORCE at a higher price.",
  reference: "liu2019",
  options: {
    summed: {
      type: "number",
      default: 2,
      min: 1,
      max: 1024,
      integer: true,
      help: "most probable states that are summed exactly",
    },
  },
  evaluations: (q, { summed }) => Math.min(summed + 1, jointStateCount(id, q)),
  noise: (q, key) => exponential(key, [...q.batchShape, jointStateCount(id, q)]),
  losses: (q, f, noise, state, options) => {
    const { logits, pick } = jointStates(id, q);
    const count = logits.shape.at(-1)!;
    const summed = Math.min(options.summed, count);
    const [top, best] = lax.topK(logits.ref, summed) as [np.Array, np.Array];
    let indices = np.moveaxis(best, -1, 0); // [summed, ...batch]
    let weights = np.exp(np.moveaxis(top, -1, 0));
    if (summed < count) {
      const taken = np.greater(np.sum(oneHotOf(indices.ref, count), 0), 0.5);
      const others = np.where(taken, IMPOSSIBLE, logits);
      const mass = np.exp(logsumexp(others.ref));
      const drawn = np.argmax(perturbed(others, noise, 1), -1);
      indices = np.concatenate([indices, drawn.reshape([1, ...q.batchShape]).astype(indices.dtype)], 0);
      weights = np.concatenate([weights, mass.reshape([1, ...q.batchShape])], 0);
    } else {
      noise.dispose();
      logits.dispose();
    }
    weights = detach(weights);
    const sample = pick(indices);
    const losses = f(sample.ref);
    const signal = weights.ref.mul(detach(losses.ref));
    const gradient = np.sum(overEvent(q, signal).mul(score(q, sample)), 0);
    return { losses: withLogitGradient(q, np.sum(weights.mul(losses), 0), gradient), state };
  },
});
