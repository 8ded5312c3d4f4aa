import { numpy as np } from "@jax-js/jax";
import { anyNaN } from "../math.ts";
import { attach, detach } from "../surrogate.ts";
import { checkAlike, checkCodebook, checkIndices, checkRows, namesCode } from "./shapes.ts";

/** Vector quantization: the nearest of K learned codewords, and the gradients and losses that go with it. */

/**
 * The number of the nearest codeword, `argmin_j |e - C_j|^2`, the first in a tie. No gradient. A vector that holds NaN has the
 * number -1, and all have it where the codebook holds NaN: that names no code, is NaN in `codeVectors` and counts nowhere.
 *
 * @param e `[..., dimensions]`. Consumed.
 * @param codebook `[codes, dimensions]`. Consumed.
 * @returns int32 `[...]`, -1 to codes - 1.
 * @throws RangeError for rows of another length, or a codebook that is no matrix of two codewords or more.
 * @example
 * nearestCode(np.array([[0.9, 0.2], [0, 0]]), np.array([[0, 0], [1, 0]])); // [1, 0]
 */
export function nearestCode(e: np.Array, codebook: np.Array): np.Array {
  checkCodebook("nearestCode", codebook);
  const dimensions = codebook.shape[1]!;
  checkRows("nearestCode", "e", e, dimensions, "the dimensions of the codebook");
  const outer = e.shape.slice(0, -1);
  const [vectors, codes] = [detach(e), detach(codebook)];
  const broken = np.logicalOr(
    anyNaN(vectors.ref).reshape(outer),
    anyNaN(codes.ref.reshape([-1])).reshape([]),
  );
  // By differences: |e|^2 - 2 e C + |C|^2 finds another codeword where all are far from the origin.
  const rows = vectors.reshape([...outer, 1, dimensions]);
  return np.where(broken, -1, np.argmin(np.sum(np.square(rows.sub(codes)), -1), -1));
}

/**
 * The codewords of these numbers, bit by bit; the gradient goes to the codebook.
 *
 * @param codebook `[codes, dimensions]`. Consumed.
 * @param indices int32 `[...]`, 0 to codes - 1. Consumed.
 * @returns `[..., dimensions]`; NaN for an index that names no code.
 * @throws RangeError for a codebook that is no matrix of two codewords or more; TypeError for indices that are no integers.
 * @example
 * codeVectors(np.array([[0, 0], [1, 0.5]]), np.array([1, 0], { dtype: np.int32 })); // [[1, 0.5], [0, 0]]
 */
export function codeVectors(codebook: np.Array, indices: np.Array): np.Array {
  checkCodebook("codeVectors", codebook);
  checkIndices("codeVectors", indices);
  const known = namesCode(indices.ref, codebook.shape[0]!);
  const rows = codebook.slice(np.where(known.ref, indices, 0));
  return np.where(known.reshape([...known.shape, 1]), rows, Number.NaN);
}

/**
 * Forward the codeword q, backward straight-through: the gradient of e is g, that of q is zero. The codebook learns by
 * `codebookLoss`, or as a moving average (`moveCodebook`).
 *
 * @param e `[..., dimensions]`, what the encoder gives. Consumed.
 * @param q its codewords. Consumed.
 * @returns exactly q.
 * @throws RangeError for two shapes.
 * @see van den Oord, Vinyals & Kavukcuoglu 2017 (VQ-VAE)
 * @example
 * const q = codeVectors(codebook.ref, nearestCode(e.ref, codebook.ref));
 * const y = straightThroughCode(e.ref, q.ref); // to the decoder
 * const loss = np.mean(codebookLoss(e.ref, q.ref).add(commitmentLoss(e, q).mul(0.25)));
 */
export function straightThroughCode(e: np.Array, q: np.Array): np.Array {
  checkAlike("straightThroughCode", e, q);
  return attach(q, e);
}

/**
 * `mean_D (sg e - q)^2`: pulls the codewords to the vectors that chose them. (VQ-VAE sums over the D dimensions:
 * multiply by D.)
 *
 * @param e `[..., dimensions]`. Consumed; it gets no gradient.
 * @param q its codewords. Consumed.
 * @returns `[...]`.
 * @throws RangeError for two shapes.
 * @see van den Oord, Vinyals & Kavukcuoglu 2017
 * @example
 * codebookLoss(np.array([[1, 2]]), np.array([[0, 1]])); // [1]
 */
export function codebookLoss(e: np.Array, q: np.Array): np.Array {
  checkAlike("codebookLoss", e, q);
  return np.mean(np.square(detach(e).sub(q)), -1);
}

/**
 * `mean_D (e - sg q)^2`: keeps the vectors near the codewords they chose; VQ-VAE weighs it by 0.25. For `lfq` too.
 *
 * @param e `[..., dimensions]`. Consumed.
 * @param q its codewords. Consumed; they get no gradient.
 * @returns `[...]`.
 * @throws RangeError for two shapes.
 * @see van den Oord, Vinyals & Kavukcuoglu 2017
 * @example
 * commitmentLoss(np.array([[1, 2]]), np.array([[0, 1]])); // [1]
 */
export function commitmentLoss(e: np.Array, q: np.Array): np.Array {
  checkAlike("commitmentLoss", e, q);
  return np.mean(np.square(e.sub(detach(q))), -1);
}
