import { numpy as np } from "@jax-js/jax";
import { checkNames, wholeNumber } from "../arguments.ts";
import { checkIndices } from "./shapes.ts";
import { checkWeights, type VectorWeights, weightedOneHot } from "./weights.ts";

/**
 * How often each code was chosen. Add the counts of all batches of the validation set, then ask `codebookUse`.
 * An index that names no code counts nowhere. For more codes, count `indices.dataSync()` in JavaScript.
 *
 * @param indices int32 `[...]`. Consumed, as the weights are.
 * @param codes how many there are, 2 to 65536.
 * @returns `[codes]`, float32.
 * @throws RangeError for another number of codes, and for weights that are negative or of another shape; TypeError for indices that are no integers.
 * @example
 * countCodes(np.array([0, 2, 2], { dtype: np.int32 }), 4); // [1, 0, 2, 0]
 */
export function countCodes(indices: np.Array, codes: number, options: VectorWeights = {}): np.Array {
  wholeNumber("countCodes", "codes", codes, 2, 65536);
  checkIndices("countCodes", indices);
  checkNames("countCodes", options, ["weights"]);
  checkWeights("countCodes", indices.shape, options.weights);
  return np.sum(weightedOneHot(indices, codes, options.weights), 0);
}

/**
 * How a codebook is used: the share of codes with a count above 0, and the perplexity `exp(H(counts/N))`, from 1 (one code)
 * to K (all alike). In float64.
 *
 * Count over a whole validation set: of N vectors the perplexity is too low by about the factor `exp(-(K - 1)/(2 N))`, and
 * the share used in one batch says little.
 *
 * @param counts of each code, from `countCodes`.
 * @throws RangeError for counts that are negative, not finite, or all 0.
 * @example
 * codebookUse([5, 3, 2, 0]); // { share: 0.75, perplexity: 2.800094 }
 */
export function codebookUse(counts: ArrayLike<number>): { share: number; perplexity: number } {
  const all = Array.from(counts, Number);
  const bad = all.findIndex((n) => !(n >= 0 && n < Number.POSITIVE_INFINITY));
  if (bad >= 0)
    throw new RangeError(`codebookUse: the count of code ${bad} is ${all[bad]}; counts are 0 or more.`);
  const total = all.reduce((a, b) => a + b, 0);
  if (total === 0)
    throw new RangeError(
      `codebookUse: ${all.length} counts sum to 0; count the codes of some vectors first.`,
    );
  const used = all.filter((n) => n > 0);
  const entropy = used.reduce((sum, n) => sum - (n / total) * Math.log(n / total), 0);
  return { share: used.length / all.length, perplexity: Math.exp(entropy) };
}
