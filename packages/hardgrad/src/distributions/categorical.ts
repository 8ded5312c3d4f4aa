import { nn, numpy as np } from "@jax-js/jax";
import { checkLogits } from "../arguments.ts";
import { anyNaN, logSoftmax } from "../math.ts";
import { lastAxes } from "../surrogate.ts";
import type { Distribution } from "../types.ts";
import type { DistributionFunctions } from "./functions.ts";
import { masked } from "./mask.ts";
import { exponential, perturbed } from "./noise.ts";
import { oneHotOf } from "./one-hot.ts";

/**
 * One-hot categorical variables: `P(D = e_i) = softmax(logits)_i` on the last axis.
 *
 * The rank says how the axes are read: `[categories]` is one variable of one example, `[batch, categories]`
 * one variable per example, `[...batch, variables, categories]` several variables per example (for one
 * example with several variables write `[1, variables, categories]`). Losses have the shape of the batch.
 *
 * @param logits consumed.
 * @param options.mask truth values that broadcast to the logits, true where it is allowed: elsewhere the probability is
 *   exactly zero and there is no gradient, whatever the logits are there. Consumed.
 * @throws RangeError for logits that are not finite, a scalar, or without categories, or a mask that allows none.
 * @example
 * const q = categorical(np.array([[0.2, -1, 0.7]])); // one example, one variable, three categories
 */
export function categorical(
  logits: np.Array,
  options: { mask?: np.Array } = {},
): Distribution<"categorical"> {
  const { mask } = options;
  if (!mask) checkLogits("categorical", logits);
  const { shape } = logits;
  const event = shape.length >= 3 ? 2 : 1;
  return {
    kind: "categorical",
    logits: mask ? masked("categorical", logits, mask, 1) : logits,
    batchShape: shape.slice(0, -event),
    eventShape: shape.slice(-event),
    probability: "sigmoid",
    total: 0,
    ...(mask && { masked: true }),
  };
}

/** One-hot of the largest entry on the last axis, the first one in a tie; NaN if any entry is NaN. */
export function oneHotArgmax(x: np.Array): np.Array {
  const categories = x.shape.at(-1)!;
  return np.where(anyNaN(x.ref), Number.NaN, oneHotOf(np.argmax(x, -1), categories));
}

/** The functions of the categorical family; each consumes `q.logits` and its other arrays. */
export const categoricalFunctions: DistributionFunctions = {
  mean: (q) => nn.softmax(q.logits, -1),
  noise: exponential,
  sample: (q, noise) => oneHotArgmax(perturbed(q.logits, noise, 1)),
  relaxed: (q, noise, temperature) => nn.softmax(perturbed(q.logits, noise, 1).div(temperature), -1),
  // Not by a product: the logarithm may be -Infinity where the sample is 0.
  logProbability: (q, sample) =>
    np.sum(np.where(np.greater(sample, 0.5), logSoftmax(q.logits), 0), lastAxes(q.eventShape.length)),
  // D - pi, where 1 - pi of the drawn one is what the others add up to: small where that one is nearly certain.
  score: (q, sample) => {
    const pi = nn.softmax(q.logits, -1);
    const drawn = np.greater(sample.ref, 0.5);
    const others = np.sum(np.where(drawn.ref, 0, pi.ref), -1, { keepdims: true });
    return np.where(np.isnan(sample.ref), sample, np.where(drawn, others, np.negative(pi)));
  },
  stateCount: ({ eventShape }) => eventShape.at(-1)! ** (eventShape.length === 2 ? eventShape[0]! : 1),
  states: ({ eventShape }) => {
    const categories = eventShape.at(-1)!;
    const variables = eventShape.length === 2 ? eventShape[0]! : 1;
    const rows = Array.from({ length: categories ** variables }, (_, s) =>
      Array.from({ length: variables }, (_, v) =>
        Array.from({ length: categories }, (_, c) =>
          Math.floor(s / categories ** v) % categories === c ? 1 : 0,
        ),
      ),
    );
    return np.array(rows).reshape([rows.length, ...eventShape]);
  },
};
