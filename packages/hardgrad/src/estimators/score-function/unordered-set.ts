import { lax, numpy as np } from "@jax-js/jax";
import { exponential, perturbed } from "../../distributions/noise.ts";
import { oneHotOf } from "../../distributions/one-hot.ts";
import { logMass, logSetProbabilities } from "../../distributions/without-replacement.ts";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { jointStateCount, jointStates } from "../parts/joint-states.ts";
import { score } from "../parts/sample.ts";

const id = "unordered-set";

/**
 * Unordered-set estimator: K distinct joint states drawn without replacement, each weighted by its probability times
 * `R(S, s) = P(S without s | domain without s) / P(S)`, with the built-in baseline of the other draws:
 * `sum_{s in S} P(s) R(S, s) (f(s) - B_s) dlog P(s)/da`.
 *
 * Never evaluates a state twice, and is exact when K is the number of states. The joint states (at most 4096) are
 * treated as one categorical variable. The value is the weighted mean of f over the draws.
 *
 * @param given.samples K, 2 to 8 (default 3). With fewer states than K, all are summed.
 * @throws RangeError for a K out of its range, and for more than 4096 joint states that must be listed.
 * @see Kool, van Hoof & Welling 2020
 * @example
 * const losses = expectation(categorical(logits), f, unorderedSet({ samples: 3 }), key);
 */
export const unorderedSet = defineEstimator({
  id,
  title: "Unordered set: K distinct states",
  family: "score function",
  place: 8,
  supports: ["bernoulli", "categorical", "subset", "plackett-luce", "binomial"],
  unbiased: true,
  enumerates: true,
  formula: "sum_{s in S} P(s) R(S, s) (f(s) - B_s) dlog P(s)/da",
  note: "No draw is repeated, so it shines when few states carry the mass. All joint states must fit in memory.",
  reference: "kool2020",
  options: {
    samples: {
      type: "number",
      default: 3,
      min: 2,
      max: 8,
      integer: true,
      help: "distinct states drawn, and evaluations of f, per example",
    },
  },
  evaluations: (q, { samples }) => Math.min(samples, jointStateCount(id, q)),
  noise: (q, key) => exponential(key, [...q.batchShape, jointStateCount(id, q)]),
  losses: (q, f, noise, state, { samples }) => {
    const { logits, pick } = jointStates(id, q);
    const count = logits.shape.at(-1)!;
    const draws = Math.min(samples, count);
    const [top, indices] = lax.topK(detach(perturbed(logits.ref, noise, draws)), draws) as [
      np.Array,
      np.Array,
    ];
    top.dispose();
    const ahead = np.moveaxis(indices, -1, 0); // [draws, ...batch]
    const chosen = oneHotOf(ahead.ref, count); // [draws, ...batch, states]
    const logWeights = np.sum(chosen.ref.mul(logits.ref), -1);
    const others = np.where(np.greater(np.sum(chosen, 0), 0.5), Number.NEGATIVE_INFINITY, logits);
    const columns = np.split(logWeights.ref, draws, 0).map((w) => np.squeeze(w, 0));
    const sets = logSetProbabilities(columns, logMass(others));

    const sample = pick(ahead);
    const losses = f(sample.ref);
    const probability = np.exp(detach(logWeights));
    const full = 2 ** draws - 1;
    const ratio = (part: number, whole: number): np.Array => np.exp(sets[part]!.ref.sub(sets[whole]!.ref));
    const first = np.stack(
      Array.from({ length: draws }, (_, s) => ratio(full ^ (1 << s), full)),
      0,
    );
    // [s, s']: the weight of s' in the baseline of s; the same element counts with its own probability.
    const second = np.stack(
      Array.from({ length: draws }, (_, s) =>
        np.stack(
          Array.from({ length: draws }, (_, t) =>
            s === t ? sets[0]!.ref.mul(0).add(1) : ratio(full ^ (1 << s) ^ (1 << t), full ^ (1 << s)),
          ),
          0,
        ),
      ),
      0,
    );
    for (const set of sets) set.dispose();
    const weights = detach(probability.ref.mul(first));
    const values = detach(losses.ref);
    const weighted = probability.mul(values.ref);
    const baseline = np.sum(second.mul(weighted.reshape([1, ...weighted.shape])), 1);
    const signal = weights.ref.mul(values.sub(baseline));
    const gradient = np.sum(overEvent(q, signal).mul(score(q, sample)), 0);
    return { losses: withLogitGradient(q, np.sum(weights.mul(losses), 0), gradient), state };
  },
});
