import { numpy as np } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, Estimator, NamedArrays, OptionsTable, Traits } from "../../types.ts";
import {
  drawHard,
  drawNoise,
  everyKind,
  noState,
  overEvent,
  score,
  withLogitGradient,
} from "../parts/index.ts";

/**
 * A baseline: from detached losses `[...batch]`, scores `[...batch, ...event]` and the state, what to subtract
 * from the losses (spread over the event) and the next state. It must not depend on the example's own sample.
 */
interface Baseline {
  readonly init: (q: Distribution) => NamedArrays;
  readonly apply: (
    q: Distribution,
    losses: np.Array,
    scores: np.Array,
    state: NamedArrays,
  ) => [np.Array, NamedArrays];
}

const shared = {
  family: "score function",
  supports: everyKind,
  unbiased: true,
  exactDegree: "all",
  forward: "hard",
  needs: "values",
} as const;

const decayOption: OptionsTable = {
  decay: {
    type: "number",
    default: 0.9,
    min: 0,
    max: 0.9999,
    help: "weight of the past in the running averages",
  },
};

function scoreFunction(traits: Traits, settings: Estimator["settings"], baseline: Baseline): Estimator {
  return {
    ...traits,
    settings,
    evaluations: () => 1,
    init: baseline.init,
    noise: (q, key) => drawNoise(q, key),
    losses: (q, f, noise, state) => {
      const sample = drawHard(q, noise);
      const losses = evaluate(traits.id, q, f, sample.ref);
      const scores = detach(score(fixed(q), sample));
      const [subtracted, next] = baseline.apply(q, detach(losses.ref), scores.ref, state);
      const signal = overEvent(q, detach(losses.ref)).sub(subtracted);
      return { losses: withLogitGradient(q, losses, signal.mul(scores)), state: next };
    },
  };
}

/**
 * REINFORCE without a baseline: `(D - mean) f(D)`. Unbiased for any f; the variance grows with `f^2`.
 *
 * Reference: Williams 1992; for binary neurons Bengio, Léonard & Courville 2013, theorem 1.
 * @example
 * const losses = expectation(q, f, reinforce(), key);
 */
export function reinforce(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    ...shared,
    id: "reinforce",
    title: "REINFORCE",
    formula: "(D - mean) f(D)",
    note: "Needs nothing but values; adding a constant to f changes its variance, so prefer one with a baseline.",
    reference: references.williams1992,
    options: {},
    example: "expectation(q, f, reinforce(), key)",
  };
  return scoreFunction(traits, resolveOptions("reinforce", {}, given), {
    init: noState,
    apply: (q, losses, scores, state) => {
      scores.dispose();
      return [overEvent(q, np.zerosLike(losses)), state];
    },
  });
}

/**
 * REINFORCE with a moving average of past losses as the baseline: `(D - mean) (f(D) - c)`.
 *
 * The average is of earlier calls only, and corrected for its start at zero, so the estimate stays unbiased.
 * @param given.decay weight of the past, 0 to 0.9999 (default 0.9).
 * @example
 * const estimator = reinforceMovingAverage({ decay: 0.95 });
 */
export function reinforceMovingAverage(given: { decay?: number } = {}): Estimator {
  const settings = resolveOptions<{ decay: number }>("reinforce-moving-average", decayOption, given);
  const traits: Traits = {
    ...shared,
    id: "reinforce-moving-average",
    title: "REINFORCE, moving-average baseline",
    formula: "(D - mean) (f(D) - c), c a running mean of f",
    note: "One number for all examples; keeps state.",
    reference: references.mnih2014,
    options: decayOption,
    example: "statefulExpectation(q, f, reinforceMovingAverage(), key, state)",
  };
  return scoreFunction(traits, settings, {
    init: () => ({ average: np.array(0), weight: np.array(0) }),
    apply: (q, losses, scores, state) => {
      scores.dispose();
      const { average, weight } = state as { average: np.Array; weight: np.Array };
      const centre = average.ref.div(np.maximum(weight.ref, 1e-8));
      const spread = overEvent(q, np.broadcastTo(centre, [...q.batchShape]));
      return [
        spread,
        {
          average: average.mul(settings.decay).add(np.mean(losses).mul(1 - settings.decay)),
          weight: weight.mul(settings.decay).add(1 - settings.decay),
        },
      ];
    },
  });
}

/**
 * REINFORCE with the mean loss of the other examples of the batch as the baseline.
 *
 * Leaving the example itself out keeps it unbiased; the plain batch mean would shrink it by 1/batch.
 * @throws RangeError for fewer than two examples.
 * @example
 * const losses = expectation(q, f, reinforceLeaveOneOut(), key);
 */
export function reinforceLeaveOneOut(given: Record<never, never> = {}): Estimator {
  const id = "reinforce-leave-one-out";
  const traits: Traits = {
    ...shared,
    id,
    title: "REINFORCE, leave-one-out batch baseline",
    formula: "(D - mean) (f(D) - mean of f over the other examples)",
    note: "One evaluation per example and no state; weak when examples differ much in loss. Needs a batch of two or more.",
    reference: references.kool2019,
    options: {},
    example: "expectation(q, f, reinforceLeaveOneOut(), key)",
  };
  return scoreFunction(traits, resolveOptions(id, {}, given), {
    init: noState,
    apply: (q, losses, scores, state) => {
      scores.dispose();
      const count = losses.size;
      if (count < 2)
        throw new RangeError(
          `${id}: a batch of ${count} has no other example to compare with; use two or more, or rloo().`,
        );
      const others = np
        .sum(losses.ref)
        .sub(losses)
        .div(count - 1);
      return [overEvent(q, others), state];
    },
  });
}

/**
 * REINFORCE with Bengio's centring, one constant per unit: `(D_i - mean_i) (f(D) - L_i)` with
 * `L_i = E[(D_i - mean_i)^2 f] / E[(D_i - mean_i)^2]`.
 *
 * That constant has the least variance among constants, for each unit on its own (not among all baselines).
 * Both expectations are running averages over earlier calls, so the estimate stays unbiased.
 *
 * @param given.decay weight of the past, 0 to 0.9999 (default 0.9).
 * Reference: Bengio, Léonard & Courville 2013, corollary 1.
 * @example
 * const estimator = reinforceMinimumVariance();
 */
export function reinforceMinimumVariance(given: { decay?: number } = {}): Estimator {
  const id = "reinforce-minimum-variance";
  const settings = resolveOptions<{ decay: number }>(id, decayOption, given);
  const traits: Traits = {
    ...shared,
    id,
    title: "REINFORCE, minimum-variance centring per unit",
    formula: "(D_i - mean_i) (f(D) - L_i), L_i = E[(D_i - mean_i)^2 f] / E[(D_i - mean_i)^2]",
    note: "The best constant for each unit on its own; keeps state.",
    reference: references.bengio2013,
    options: decayOption,
    example: "statefulExpectation(q, f, reinforceMinimumVariance(), key, state)",
  };
  return scoreFunction(traits, settings, {
    init: (q) => ({ numerator: np.zeros([...q.eventShape]), denominator: np.full([...q.eventShape], 1e-6) }),
    apply: (q, losses, scores, state) => {
      const { numerator, denominator } = state as { numerator: np.Array; denominator: np.Array };
      const squared = np.square(scores);
      const batchAxes = q.batchShape.map((_, i) => i);
      const weighted = overEvent(q, losses).mul(squared.ref);
      const average = (x: np.Array): np.Array => (batchAxes.length ? np.mean(x, batchAxes) : x);
      const update = (old: np.Array, now: np.Array): np.Array =>
        old.mul(settings.decay).add(now.mul(1 - settings.decay));
      return [
        numerator.ref.div(denominator.ref),
        {
          numerator: update(numerator, average(weighted)),
          denominator: update(denominator, average(squared)),
        },
      ];
    },
  });
}
