import { numpy as np } from "@jax-js/jax";
import { detach } from "../../surrogate.ts";
import type { Distribution, NamedArrays, Objective } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { everyKind } from "../parts/kinds.ts";
import { decayOption } from "../parts/options.ts";
import { drawHard, score } from "../parts/sample.ts";

/**
 * A baseline: from detached losses `[...batch]`, scores `[...batch, ...event]` and the state, what to subtract
 * from the losses (spread over the event) and the next state. It must not depend on the example's own sample.
 */
type Baseline = (losses: np.Array, scores: np.Array, state: NamedArrays) => [np.Array, NamedArrays];

const shared = { family: "score function", supports: everyKind, unbiased: true } as const;

/** `(D - mean) (f(D) - baseline)`. */
function reinforceWith(
  q: Distribution,
  f: Objective,
  noise: np.Array,
  state: NamedArrays,
  baseline: Baseline,
): { losses: np.Array; state: NamedArrays } {
  const sample = drawHard(q, noise);
  const losses = f(sample.ref);
  const scores = detach(score(q, sample));
  const [subtracted, next] = baseline(detach(losses.ref), scores.ref, state);
  const signal = overEvent(q, detach(losses.ref)).sub(subtracted);
  return { losses: withLogitGradient(q, losses, signal.mul(scores)), state: next };
}

/**
 * REINFORCE without a baseline: `(D - mean) f(D)`. Unbiased for any f; the variance grows with `f^2`.
 *
 * @see Williams 1992; for binary neurons Bengio, Léonard & Courville 2013, theorem 1
 * @example
 * const losses = expectation(q, f, reinforce(), key);
 */
export const reinforce = defineEstimator({
  ...shared,
  id: "reinforce",
  title: "REINFORCE",
  place: 1,
  formula: "(D - mean) f(D)",
  note: "Needs nothing but values; adding a constant to f changes its variance, so prefer one with a baseline.",
  reference: "williams1992",
  losses: (q, f, noise, state) =>
    reinforceWith(q, f, noise, state, (losses, scores) => {
      scores.dispose();
      return [overEvent(q, np.zerosLike(losses)), state];
    }),
});

/**
 * REINFORCE with a moving average of past losses as the baseline: `(D - mean) (f(D) - c)`.
 *
 * The average is of earlier calls only, and corrected for its start at zero, so the estimate stays unbiased.
 *
 * @param given.decay weight of the past, 0 to 0.9999 (default 0.9).
 * @throws RangeError for a decay out of its range.
 * @see Mnih & Gregor 2014
 * @example
 * const estimator = reinforceMovingAverage({ decay: 0.95 });
 * const { losses, state } = statefulExpectation(q, f, estimator, key, estimator.init(q));
 */
export const reinforceMovingAverage = defineEstimator({
  ...shared,
  id: "reinforce-moving-average",
  title: "REINFORCE, moving-average baseline",
  place: 2,
  formula: "(D - mean) (f(D) - c), c a running mean of f",
  note: "One number for all examples; keeps state.",
  reference: "mnih2014",
  options: { decay: decayOption },
  init: () => ({ average: np.array(0), weight: np.array(0) }),
  losses: (q, f, noise, before, { decay }) =>
    reinforceWith(q, f, noise, before, (losses, scores, state) => {
      scores.dispose();
      const { average, weight } = state as { average: np.Array; weight: np.Array };
      const centre = average.ref.div(np.maximum(weight.ref, 1e-8));
      return [
        overEvent(q, np.broadcastTo(centre, [...q.batchShape])),
        {
          average: average.mul(decay).add(np.mean(losses).mul(1 - decay)),
          weight: weight.mul(decay).add(1 - decay),
        },
      ];
    }),
});

/**
 * REINFORCE with the mean loss of the other examples of the batch as the baseline:
 * `(D - mean) (f(D) - mean of f over the other examples)`.
 *
 * Leaving the example itself out keeps it unbiased; the plain batch mean would shrink it by 1/batch.
 *
 * @throws RangeError for fewer than two examples, when it is used.
 * @see Kool, van Hoof & Welling 2019
 * @example
 * const losses = expectation(q, f, reinforceLeaveOneOut(), key);
 */
export const reinforceLeaveOneOut = defineEstimator({
  ...shared,
  id: "reinforce-leave-one-out",
  title: "REINFORCE, leave-one-out batch baseline",
  place: 3,
  formula: "(D - mean) (f(D) - mean of f over the other examples)",
  note: "One evaluation per example and no state; weak when examples differ much in loss. Needs a batch of two or more.",
  reference: "kool2019",
  losses: (q, f, noise, state) =>
    reinforceWith(q, f, noise, state, (losses, scores) => {
      scores.dispose();
      const count = losses.size;
      if (count < 2)
        throw new RangeError(
          `reinforce-leave-one-out: a batch of ${count} has no other example to compare with; use two or more, or rloo().`,
        );
      const others = np
        .sum(losses.ref)
        .sub(losses)
        .div(count - 1);
      return [overEvent(q, others), state];
    }),
});

/**
 * REINFORCE with Bengio's centring, one constant per unit: `(D_i - mean_i) (f(D) - L_i)` with
 * `L_i = E[(D_i - mean_i)^2 f] / E[(D_i - mean_i)^2]`.
 *
 * That constant has the least variance among constants, for each unit on its own (not among all baselines).
 * Both expectations are running averages over earlier calls, so the estimate stays unbiased.
 *
 * @param given.decay weight of the past, 0 to 0.9999 (default 0.9).
 * @throws RangeError for a decay out of its range.
 * @see Bengio, Léonard & Courville 2013, corollary 1
 * @example
 * const estimator = reinforceMinimumVariance();
 * const { losses, state } = statefulExpectation(q, f, estimator, key, estimator.init(q));
 */
export const reinforceMinimumVariance = defineEstimator({
  ...shared,
  id: "reinforce-minimum-variance",
  title: "REINFORCE, minimum-variance centring per unit",
  place: 4,
  formula: "(D_i - mean_i) (f(D) - L_i), L_i = E[(D_i - mean_i)^2 f] / E[(D_i - mean_i)^2]",
  note: "The best constant for each unit on its own; keeps state.",
  reference: "bengio2013",
  options: { decay: decayOption },
  init: (q) => ({ numerator: np.zeros([...q.eventShape]), denominator: np.full([...q.eventShape], 1e-6) }),
  losses: (q, f, noise, before, { decay }) =>
    reinforceWith(q, f, noise, before, (losses, scores, state) => {
      const { numerator, denominator } = state as { numerator: np.Array; denominator: np.Array };
      const squared = np.square(scores);
      const batchAxes = q.batchShape.map((_, i) => i);
      const weighted = overEvent(q, losses).mul(squared.ref);
      const average = (x: np.Array): np.Array => (batchAxes.length ? np.mean(x, batchAxes) : x);
      const update = (old: np.Array, now: np.Array): np.Array => old.mul(decay).add(now.mul(1 - decay));
      return [
        numerator.ref.div(denominator.ref),
        {
          numerator: update(numerator, average(weighted)),
          denominator: update(denominator, average(squared)),
        },
      ];
    }),
});
