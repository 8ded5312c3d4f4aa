import { numpy as np } from "@jax-js/jax";
import { described, isArray } from "../arguments.ts";

/** Refuses what is no array of jax-js, and rows of another length than `size`. */
export function checkRows(name: string, what: string, x: np.Array, size: number, of: string): void {
  if (!isArray(x))
    throw new TypeError(
      `${name}: ${what} must be an array of jax-js, not ${described(x)}; wrap numbers with np.array(...).`,
    );
  if (x.ndim > 0 && x.shape.at(-1) === size) return;
  throw new RangeError(
    `${name}: the last axis of ${what} must have ${of}, ${size}, but the shape is [${x.shape}].`,
  );
}

/** Refuses a codebook that is no matrix of at least two codewords. */
export function checkCodebook(name: string, codebook: np.Array): void {
  if (!isArray(codebook))
    throw new TypeError(
      `${name}: the codebook must be an array of jax-js, not ${described(codebook)}; wrap numbers with np.array(...).`,
    );
  if (codebook.ndim !== 2 || codebook.shape[0]! < 2 || codebook.shape[1]! < 1)
    throw new RangeError(
      `${name}: the codebook must have shape [codes, dimensions] with 2 codes or more, not [${codebook.shape}].`,
    );
}

/** Refuses two arrays of different shapes: one that merely broadcasts would be another codeword. */
export function checkAlike(name: string, e: np.Array, q: np.Array): void {
  for (const [what, x] of [
    ["e", e],
    ["q", q],
  ] as const)
    if (!isArray(x))
      throw new TypeError(
        `${name}: ${what} must be an array of jax-js, not ${described(x)}; wrap numbers with np.array(...).`,
      );
  if (e.ndim > 0 && e.shape.join() === q.shape.join()) return;
  throw new RangeError(
    `${name}: e and q must have one shape [..., dimensions], but have [${e.shape}] and [${q.shape}].`,
  );
}

/** Refuses indices that are no integers. */
export function checkIndices(name: string, indices: np.Array): void {
  if (!isArray(indices))
    throw new TypeError(
      `${name}: indices must be an array of jax-js, not ${described(indices)}; wrap numbers with np.array(...).`,
    );
  if (indices.dtype !== "int32" && indices.dtype !== "uint32")
    throw new TypeError(
      `${name}: indices must be int32 or uint32, not ${indices.dtype}; use .astype(np.int32).`,
    );
}

/** Whether an index is from 0 to codes - 1. (Indexing takes the nearest row or the first one for others.) Consumes it. */
export function namesCode(indices: np.Array, codes: number): np.Array {
  return np.logicalAnd(np.greaterEqual(indices.ref, 0), np.less(indices, codes));
}

/** Refuses counts that are not one per code, and a sum of another shape than the codebook's. */
export function checkState(name: string, codebook: np.Array, count: np.Array, sum?: np.Array): void {
  const codes = codebook.shape[0]!;
  if (!isArray(count) || count.shape.join() !== `${codes}`)
    throw new RangeError(
      `${name}: the state must hold count of shape [${codes}], one per code, not ${isArray(count) ? `[${count.shape}]` : described(count)}; begin with startMovingCodebook, or np.ones([${codes}]).`,
    );
  if (sum === undefined || (isArray(sum) && sum.shape.join() === codebook.shape.join())) return;
  throw new RangeError(
    `${name}: the state must hold sum of shape [${codebook.shape}], as the codebook, not ${isArray(sum) ? `[${sum.shape}]` : described(sum)}; begin with startMovingCodebook.`,
  );
}
