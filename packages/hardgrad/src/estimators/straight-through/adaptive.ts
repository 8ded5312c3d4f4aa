import { nn, numpy as np } from "@jax-js/jax";
import { oneHotArgmax } from "../../distributions/categorical.ts";
import { attach, detach } from "../../surrogate.ts";
import type { NumberOption } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { noNoise } from "../parts/noise.ts";
import { choicesOf, fixedMean } from "../parts/sample.ts";

const temperature = (help: string, initial: number): NumberOption => ({
  type: "number",
  default: initial,
  min: 0.01,
  max: 100,
  help,
});

/**
 * Straight-through whose backward temperature follows the network's own confidence: forward the one-hot of the largest
 * logit, backward `J(softmax(a / t)) g / t`, t falling from `high` to `low` as the mean of `max softmax(a)` over all
 * choices, a running average, goes from 1/C (nothing decided) to 1. Its own rescaled to 0 ... 1 is the state.
 *
 * As with `straightThroughArgmax` the network that trains is the one that is used: no selection gap at any temperature. The
 * constants are those of two reimplementations; the paper's abstract does not say them.
 *
 * @param given.decay weight of the past in the running average, 0 to 0.9999 (default 0.99).
 * @param given.high temperature while nothing is decided, 0.01 to 100 (default 3).
 * @param given.low temperature when all is decided, 0.01 to 100 (default 0.5).
 * @throws RangeError for options out of range.
 * @see Kim 2026 (CAGE)
 * @example
 * const estimator = straightThroughAdaptive();
 * const q = categorical(logits);
 * const { sample, state } = statefulThrough(q, estimator, key, estimator.init(q));
 */
export const straightThroughAdaptive = defineEstimator({
  id: "straight-through-adaptive",
  title: "Straight-through, temperature by confidence",
  family: "straight-through",
  place: 13,
  supports: ["categorical"],
  unbiased: false,
  law: "own",
  reference: "kim2026",
  formula: "J(softmax(a / t)) g / t at the most probable D, t by the mean of max softmax(a)",
  note: "Argmax forward, so no selection gap; soft gradients while the choices are open and sharp ones once they are made. Keeps state: the confidence, one number from 0 (uniform) to 1.",
  options: {
    decay: {
      type: "number",
      default: 0.99,
      min: 0,
      max: 0.9999,
      help: "weight of the past in the running average of the confidence",
    },
    high: temperature("backward temperature while nothing is decided", 3),
    low: temperature("backward temperature when all is decided", 0.5),
  },
  noise: noNoise,
  init: () => ({ confidence: np.array(0) }),
  statefulPath: (q, noise, state, { decay, high, low }) => {
    noise.dispose();
    const choices = choicesOf(q);
    const least = np.reciprocal(np.maximum(choices.ref, 1));
    const given = np.max(fixedMean(q), -1, { keepdims: true });
    // An example that is NaN must not spoil the others by the average, nor the average for ever.
    const known = np.logicalNot(np.isnan(given.ref));
    const some = np.logicalAnd(np.greater(choices, 0), known.ref).astype(np.float32);
    const top = np.where(known, given, 1);
    // One category is no choice: certain, and nothing decided.
    const room = np.maximum(np.negative(least.ref).add(1), 1e-6);
    const sure = np.sum(top.sub(least).div(room).mul(some.ref));
    const now = sure.div(np.maximum(np.sum(some), 1));
    const confidence = detach(state.confidence!.mul(decay).add(now.mul(1 - decay)));
    const t = np
      .clip(confidence.ref, 0, 1)
      .mul(low - high)
      .add(high);
    const hard = oneHotArgmax(detach(q.logits.ref));
    const sample = attach(hard, nn.softmax(q.logits.div(t), -1));
    return { sample, state: { confidence } };
  },
});
