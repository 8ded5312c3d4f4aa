import { numpy as np } from "@jax-js/jax";
import { checkNames, described, isArray } from "../arguments.ts";
import { type Given, resolveOptions } from "../options.ts";
import { withoutPadding } from "../padding.ts";
import { detach } from "../surrogate.ts";
import { checkCodebook, checkIndices, checkRows, checkState, namesCode } from "./shapes.ts";
import { checkWeights, type VectorWeights, weightedOneHot } from "./weights.ts";

/** Codebooks that follow the vectors that chose them, without a gradient. */

/** What is remembered of a codebook `[K, D]`: a moving count of each code `[K]`; for `moveCodebook`, a moving sum `[K, D]`. */
export interface CodebookState {
  readonly [name: string]: np.Array;
  readonly codebook: np.Array;
  readonly count: np.Array;
}

const options = {
  decay: {
    type: "number",
    default: 0.99,
    min: 0,
    max: 0.9999,
    help: "gamma: the part of count and sum that is kept",
  },
  epsilon: { type: "number", default: 1e-5, min: 1e-12, max: 1, help: "smooths the counts" },
} as const;

/**
 * The state before the first step: counts of 1, and sums that give the codebook. Consumes it.
 *
 * @param codebook `[codes, dimensions]`.
 * @throws RangeError for a codebook that is no matrix of two codewords or more.
 * @example
 * const state = startMovingCodebook(np.array([[0, 0], [1, 1]]));
 */
export function startMovingCodebook(codebook: np.Array): CodebookState & { readonly sum: np.Array } {
  checkCodebook("startMovingCodebook", codebook);
  return { codebook: codebook.ref, count: np.ones([codebook.shape[0]!]), sum: codebook };
}

/**
 * Moving counts `N = gamma N + (1 - gamma) n`, n how often each code was chosen: what `replaceDeadCodes` asks of a codebook
 * that learns by a gradient. Consumes everything.
 *
 * @param count N `[codes]`, at first ones.
 * @param indices int32 `[...]`, from `nearestCode`.
 * @param decay gamma, 0 to 0.9999 (default 0.99).
 * @returns `[codes]`.
 * @throws RangeError for a decay out of range, counts that are no list, and weights that are negative or of another shape;
 *   TypeError for indices that are no integers.
 * @example
 * moveCounts(np.ones([3]), np.array([0, 0, 2], { dtype: np.int32 }), 0.5); // [1.5, 0.5, 1]
 */
export function moveCounts(
  count: np.Array,
  indices: np.Array,
  decay = 0.99,
  given: VectorWeights = {},
): np.Array {
  resolveOptions("moveCounts", { decay: options.decay }, { decay });
  checkIndices("moveCounts", indices);
  if (!isArray(count) || count.ndim !== 1)
    throw new RangeError(
      `moveCounts: the counts must have shape [codes], not ${isArray(count) ? `[${count.shape}]` : described(count)}; begin with np.ones([codes]).`,
    );
  checkNames("moveCounts", given, ["weights"]);
  checkWeights("moveCounts", indices.shape, given.weights);
  return blend(count, np.sum(weightedOneHot(indices, count.shape[0]!, given.weights), 0), decay);
}

/**
 * One step of a codebook that is the moving average of its vectors: with n and S the count and the sum of the vectors of
 * this batch that chose a code, `N = gamma N + (1 - gamma) n`, `M = gamma M + (1 - gamma) S`, and `C = M / N'` with
 * `N' = (N + epsilon)/(sum N + K epsilon) sum N`. Consumes everything; nothing has a gradient. A vector whose index names no
 * code, such as the -1 of `nearestCode` for NaN, counts nowhere.
 *
 * A code that nobody chooses shrinks to 0 as N falls below epsilon while M falls with it: replace dead codes.
 *
 * @param state from `startMovingCodebook` or the step before.
 * @param e the vectors `[..., dimensions]`.
 * @param indices their codes, int32 `[...]`.
 * @param given.decay gamma, 0 to 0.9999 (default 0.99).
 * @param given.epsilon 1e-12 to 1 (default 1e-5).
 * @param given.weights a weight per vector, of the shape of the indices, 0 or more: 0 for padding, which counts as if it were
 *   not there (default 1 for all).
 * @throws RangeError for options out of range, vectors of another length, or fewer or more indices than vectors.
 * @see van den Oord, Vinyals & Kavukcuoglu 2017, appendix A.1
 * @example
 * const state = startMovingCodebook(np.array([[0, 0], [1, 1]]));
 * const next = moveCodebook(state, np.array([[1, 3]]), np.array([1], { dtype: np.int32 }), { decay: 0.5 });
 */
export function moveCodebook(
  state: CodebookState,
  e: np.Array,
  indices: np.Array,
  given: Given<typeof options> & VectorWeights = {},
): CodebookState & { readonly sum: np.Array } {
  const { weights, ...settings } = given;
  const { decay, epsilon } = resolveOptions("moveCodebook", options, settings);
  const { codebook, count, sum: total } = state;
  if (!total)
    throw new RangeError("moveCodebook: the state has no sum of vectors; begin with startMovingCodebook.");
  checkCodebook("moveCodebook", codebook);
  checkState("moveCodebook", codebook, count, total);
  const [codes, dimensions] = codebook.shape as [number, number];
  codebook.dispose();
  checkRows("moveCodebook", "e", e, dimensions, "the dimensions of the codebook");
  checkIndices("moveCodebook", indices);
  if (indices.shape.join() !== e.shape.slice(0, -1).join())
    throw new RangeError(
      `moveCodebook: vectors of shape [${e.shape}] need indices of shape [${e.shape.slice(0, -1)}], not [${indices.shape}].`,
    );
  checkWeights("moveCodebook", indices.shape, weights);
  const known = namesCode(indices.ref, codes).reshape([-1, 1]);
  const rows = np.where(known, detach(e).reshape([-1, dimensions]), 0);
  const vectors = withoutPadding(rows, weights?.ref);
  const picked = weightedOneHot(indices, codes, weights);
  const nextCount = blend(count, np.sum(picked.ref, 0), decay);
  const nextSum = blend(total, np.matmul(np.matrixTranspose(picked), vectors), decay);
  const all = np.sum(nextCount.ref);
  const smooth = nextCount.ref
    .add(epsilon)
    .div(all.ref.add(codes * epsilon))
    .mul(all);
  return {
    codebook: nextSum.ref.div(smooth.reshape([codes, 1])),
    count: nextCount,
    sum: nextSum,
  };
}

/** `decay old + (1 - decay) now`. Consumes both. */
const blend = (old: np.Array, now: np.Array, decay: number): np.Array =>
  detach(old)
    .mul(decay)
    .add(now.mul(1 - decay));
