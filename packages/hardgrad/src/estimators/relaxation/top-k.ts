import type { numpy as np } from "@jax-js/jax";
import { lapSum } from "../../distributions/lap-sum.ts";
import { softScores } from "../../distributions/plackett-luce.ts";
import { hardTopK } from "../../distributions/ranks.ts";
import {
  firstRows,
  neuralSort,
  relaxedTopK,
  softSort,
  softTopK,
} from "../../distributions/relaxed-subsets.ts";
import { reuse } from "../../scalars.ts";
import { attach } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { temperatureOption } from "../parts/options.ts";

/**
 * Top-k of Gumbel-perturbed logits: a hard sample of `plackettLuce(logits, k)`, with the gradient of a relaxation of the
 * same perturbed logits. One file, because they differ in the relaxation only.
 */
const shared = {
  family: "relaxation",
  supports: ["plackett-luce"],
  unbiased: false,
  options: { temperature: temperatureOption("of the relaxation", 0.5) },
} as const;

/** The k largest of the perturbed logits, with the gradient of a relaxation. Consumes q.logits and noise. */
function straightThroughTopK(
  q: Distribution,
  noise: np.Array,
  relax: (scores: np.Array, k: number) => np.Array,
): np.Array {
  const scores = softScores(q, noise);
  const soft = relax(scores.ref, q.total);
  return attach(hardTopK(scores, q.total), soft);
}

/**
 * Relaxed subset: in place of the sample a soft k-hot, the sum of k softmaxes of the Gumbel-perturbed logits `a - log E`,
 * each with what was taken before pushed down: `relaxedTopK(a - log E, k, t)`. The forward value is soft.
 *
 * @param given.temperature t, 0.01 to 100 (default 0.5), or a scalar array.
 * @throws RangeError for a temperature out of its range.
 * @see Xie & Ermon 2019
 * @example
 * const z = through(plackettLuce(logits, 2), relaxedSubset(), key);
 */
export const relaxedSubset = defineEstimator({
  ...shared,
  id: "relaxed-subset",
  title: "Relaxed subset",
  place: 8,
  forward: "soft",
  formula: "dy/da^T g(y) at y = relaxed k-hot of a - log E",
  note: "Trains a soft network; entries can exceed 1 at high temperatures. Compare with the hard one at evaluation.",
  reference: "xie2019",
  path: (q, noise, { temperature }) => relaxedTopK(softScores(q, noise), q.total, reuse(temperature)),
});

/**
 * Gumbel top-k, straight-through: the k largest of the Gumbel-perturbed logits, with the gradient of their relaxed subset:
 * `dy/da^T g(D)`, `y = relaxedTopK(a - log E, k, t)`.
 *
 * @param given.temperature t, 0.01 to 100 (default 0.5), or a scalar array.
 * @throws RangeError for a temperature out of its range.
 * @see Kool, van Hoof & Welling 2019 (sampling); Xie & Ermon 2019 (gradient)
 * @example
 * const z = through(plackettLuce(logits, 2), gumbelTopK(), key);
 */
export const gumbelTopK = defineEstimator({
  ...shared,
  id: "gumbel-top-k",
  title: "Gumbel top-k, straight-through",
  place: 9,
  formula: "dy/da^T g(D), y = relaxed k-hot of a - log E",
  note: "An exact sample without replacement forward; k = 1 is straight-through Gumbel-softmax.",
  reference: "koolTopK2019",
  path: (q, noise, { temperature }) =>
    straightThroughTopK(q, noise, (s, k) => relaxedTopK(s, k, reuse(temperature))),
});

/**
 * Top-k with the gradient of NeuralSort: `dy/da^T g(D)`, y the sum of the first k rows of the relaxed permutation
 * `neuralSort(a - log E, t)`.
 *
 * @param given.temperature t, 0.01 to 100 (default 0.5), or a scalar array.
 * @throws RangeError for a temperature out of its range.
 * @see Grover, Wang, Zweig & Ermon 2019
 * @example
 * const z = through(plackettLuce(logits, 2), neuralSortTopK(), key);
 */
export const neuralSortTopK = defineEstimator({
  ...shared,
  id: "neural-sort-top-k",
  title: "Top-k by NeuralSort",
  place: 10,
  formula: "dy/da^T g(D), y = first k rows of NeuralSort(a - log E)",
  note: "O(n^2) per example; use neuralSort() itself where the order matters.",
  reference: "grover2019",
  path: (q, noise, { temperature }) =>
    straightThroughTopK(q, noise, (s, k) => firstRows(neuralSort(s, reuse(temperature)), k)),
});

/**
 * Top-k with the gradient of SoftSort: `dy/da^T g(D)`, y the sum of the first k rows of the relaxed permutation
 * `softSort(a - log E, t)`.
 *
 * @param given.temperature t, 0.01 to 100 (default 0.5), or a scalar array.
 * @throws RangeError for a temperature out of its range.
 * @see Prillo & Eisenschlos 2020
 * @example
 * const z = through(plackettLuce(logits, 2), softSortTopK(), key);
 */
export const softSortTopK = defineEstimator({
  ...shared,
  id: "soft-sort-top-k",
  title: "Top-k by SoftSort",
  place: 11,
  formula: "dy/da^T g(D), y = first k rows of SoftSort(a - log E)",
  note: "Cheaper than NeuralSort; kinks where two scores change places.",
  reference: "prillo2020",
  path: (q, noise, { temperature }) =>
    straightThroughTopK(q, noise, (s, k) => firstRows(softSort(s, reuse(temperature)), k)),
});

/**
 * Top-k with the gradient of a soft threshold, `y = sigmoid((s - v) / t)` with v such that y sums to k:
 * `[diag(d) - d d^T / sum d] g(D)`, `d = y (1 - y) / t`.
 *
 * @param given.temperature t, 0.01 to 100 (default 0.5), or a scalar array.
 * @throws RangeError for a temperature out of its range.
 * @see Xie et al. 2020 (top-k by optimal transport, of which this is the case of two targets)
 * @example
 * const z = through(plackettLuce(logits, 2), softThresholdTopK(), key);
 */
export const softThresholdTopK = defineEstimator({
  ...shared,
  id: "soft-threshold-top-k",
  title: "Top-k by a soft threshold",
  place: 12,
  formula: "[diag(d) - d d^T / sum d] g(D), d = y(1 - y)/t",
  note: "Smooth and cheap: 40 halvings and one implicit derivative; sums to k exactly.",
  reference: "xie2020",
  path: (q, noise, { temperature }) =>
    straightThroughTopK(q, noise, (s, k) => softTopK(s, k, reuse(temperature))),
});

/**
 * Top-k with the gradient of LapSum, a soft threshold with the tails of the Laplace law, `y = lapSum(a - log E, k, t)`:
 * `[diag(d) - d d^T / sum d] g(D)`, `d = min(y, 1 - y) / t`.
 *
 * @param given.temperature t, 0.01 to 100 (default 0.5), or a scalar array.
 * @throws RangeError for a temperature out of its range.
 * @see Struski, Bednarczyk, Podolak & Tabor 2025
 * @example
 * const z = through(plackettLuce(logits, 2), lapsumTopK(), key);
 */
export const lapsumTopK = defineEstimator({
  ...shared,
  id: "lapsum-top-k",
  title: "Top-k by LapSum",
  place: 13,
  formula: "[diag(d) - d d^T / sum d] g(D), d = min(y, 1 - y)/t",
  note: "The soft threshold in closed form after one sort: for many scores. Sums to k; a larger temperature is softer.",
  reference: "struski2025",
  path: (q, noise, { temperature }) =>
    straightThroughTopK(q, noise, (s, k) => lapSum(s, k, reuse(temperature))),
});
