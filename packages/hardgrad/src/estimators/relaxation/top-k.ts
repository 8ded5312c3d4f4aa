import type { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { softScores } from "../../distributions/plackett-luce.ts";
import { hardTopK } from "../../distributions/ranks.ts";
import {
  firstRows,
  neuralSort,
  relaxedSubset as relax,
  softSort,
  softTopK,
} from "../../distributions/relaxed-subsets.ts";
import { references } from "../../references.ts";
import { attach } from "../../surrogate.ts";
import type { Estimator, OptionsTable, Reference, Traits } from "../../types.ts";
import { pathEstimator, reuse, temperatureOption } from "../parts/index.ts";

/**
 * Top-k of Gumbel-perturbed logits: a hard sample of `plackettLuce(logits, k)`, with the gradient of a relaxation of the
 * same perturbed logits. One file, because they differ in the relaxation only.
 */
type Relaxation = (scores: np.Array, k: number, temperature: number | np.Array) => np.Array;

const options: OptionsTable = { temperature: temperatureOption("of the relaxation", 0.5, 0.01) };

interface Own {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly note: string;
  readonly reference: Reference;
  readonly call: string;
}

function topK(
  own: Own,
  relaxation: Relaxation,
  forward: "hard" | "soft",
  given: { temperature?: number | np.Array },
): Estimator {
  const { call, ...described } = own;
  const settings = resolveOptions<{ temperature: number | np.Array }>(own.id, options, given);
  const traits: Traits = {
    ...described,
    family: "relaxation",
    supports: ["plackett-luce"],
    unbiased: false,
    exactDegree: 0,
    forward,
    needs: forward === "hard" ? "gradient" : "soft gradient",
    options,
    example: `through(plackettLuce(logits, 2), ${call}(), key)`,
  };
  return pathEstimator(traits, settings, (q, noise) => {
    const scores = softScores(q, noise);
    const soft = relaxation(scores.ref, q.total, reuse(settings.temperature));
    if (forward === "soft") {
      scores.dispose();
      return soft;
    }
    return attach(hardTopK(scores, q.total), soft);
  });
}

type Given = { temperature?: number | np.Array };

/**
 * Relaxed subset: the soft k-hot of Xie & Ermon in place of the sample, `sum of k softmaxes` of the Gumbel-perturbed
 * logits, each with what was taken before pushed down.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array.
 * Reference: Xie & Ermon 2019.
 * @example
 * const z = through(plackettLuce(logits, 2), relaxedSubsetSample(), key);
 */
export function relaxedSubsetSample(given: Given = {}): Estimator {
  const own = {
    id: "relaxed-subset",
    title: "Relaxed subset",
    formula: "dy/da^T g(y) at y = relaxed k-hot of a - log E",
    note: "Trains a soft network; entries can exceed 1 at high temperatures. Compare with the hard one at evaluation.",
    reference: references.xie2019,
    call: "relaxedSubsetSample",
  };
  return topK(own, relax, "soft", given);
}

/**
 * Gumbel top-k, straight-through: the k largest of the Gumbel-perturbed logits, gradient of the relaxed subset.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array.
 * Reference: Kool, van Hoof & Welling 2019 (sampling); Xie & Ermon 2019 (gradient).
 * @example
 * const z = through(plackettLuce(logits, 2), gumbelTopK(), key);
 */
export function gumbelTopK(given: Given = {}): Estimator {
  const own = {
    id: "gumbel-top-k",
    title: "Gumbel top-k, straight-through",
    formula: "dy/da^T g(D), y = relaxed k-hot of a - log E",
    note: "An exact sample without replacement forward; k = 1 is straight-through Gumbel-softmax.",
    reference: references.koolTopK2019,
    call: "gumbelTopK",
  };
  return topK(own, relax, "hard", given);
}

/**
 * Top-k with the gradient of NeuralSort: the sum of the first k rows of the relaxed permutation.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array.
 * Reference: Grover, Wang, Zweig & Ermon 2019.
 * @example
 * const z = through(plackettLuce(logits, 2), neuralSortTopK(), key);
 */
export function neuralSortTopK(given: Given = {}): Estimator {
  const own = {
    id: "neuralsort-top-k",
    title: "Top-k by NeuralSort",
    formula: "dy/da^T g(D), y = first k rows of NeuralSort(a - log E)",
    note: "O(n^2) per example; use neuralSort() itself where the order matters.",
    reference: references.grover2019,
    call: "neuralSortTopK",
  };
  return topK(own, (s, k, t) => firstRows(neuralSort(s, t), k), "hard", given);
}

/**
 * Top-k with the gradient of SoftSort: the sum of the first k rows of the relaxed permutation.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array.
 * Reference: Prillo & Eisenschlos 2020.
 * @example
 * const z = through(plackettLuce(logits, 2), softSortTopK(), key);
 */
export function softSortTopK(given: Given = {}): Estimator {
  const own = {
    id: "softsort-top-k",
    title: "Top-k by SoftSort",
    formula: "dy/da^T g(D), y = first k rows of SoftSort(a - log E)",
    note: "Cheaper than NeuralSort; kinks where two scores change places.",
    reference: references.prillo2020,
    call: "softSortTopK",
  };
  return topK(own, (s, k, t) => firstRows(softSort(s, t), k), "hard", given);
}

/**
 * Top-k with the gradient of a soft threshold: `y = sigmoid((s - v) / t)` with v such that y sums to k.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array.
 * @example
 * const z = through(plackettLuce(logits, 2), softThresholdTopK(), key);
 */
export function softThresholdTopK(given: Given = {}): Estimator {
  const own = {
    id: "soft-threshold-top-k",
    title: "Top-k by a soft threshold",
    formula: "[diag(d) - d d^T / sum d] g(D), d = y(1 - y)/t",
    note: "Smooth and cheap: 40 halvings and one implicit derivative; sums to k exactly.",
    reference: references.xie2020,
    call: "softThresholdTopK",
  };
  return topK(own, softTopK, "hard", given);
}
