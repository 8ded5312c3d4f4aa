import { numpy as np, random } from "@jax-js/jax";
import { wholeNumber } from "../arguments.ts";
import { detach } from "../surrogate.ts";
import { checkCodebook, checkRows } from "./shapes.ts";

/**
 * SimVQ's codebook: `C = F W^T`, F frozen and only W learned, so that all codewords move together and none is left behind.
 * The losses are those of a codebook; the reconstruction gives W nothing.
 *
 * @param frozen F `[codes, inner]`, from `frozenCodes`. Consumed.
 * @param weights W `[dimensions, inner]`. Consumed.
 * @returns `[codes, dimensions]`.
 * @throws RangeError for weights of another inner length, or an F that is no matrix of two rows or more.
 * @see Zhu, Li, Xin, Xia & Xu 2024
 * @example
 * const codebook = simVqCodebook(frozenCodes(key, 64, 3), np.eye(3));
 * const q = codeVectors(codebook.ref, nearestCode(e, codebook));
 */
export function simVqCodebook(frozen: np.Array, weights: np.Array): np.Array {
  checkCodebook("simVqCodebook", frozen);
  checkRows(
    "simVqCodebook",
    "the weights",
    weights,
    frozen.shape[1]!,
    "the inner length of the frozen codes",
  );
  return np.matmul(detach(frozen), np.matrixTranspose(weights));
}

/**
 * Frozen codes for `simVqCodebook`: normal, of variance 1/inner. Consumes the key.
 *
 * @param codes a whole number from 2 to 65536.
 * @param inner a whole number from 1 to 65536.
 * @returns `[codes, inner]`.
 * @throws RangeError for other sizes.
 * @example
 * const frozen = frozenCodes(key, 256, 32);
 */
export function frozenCodes(key: np.Array, codes: number, inner: number): np.Array {
  wholeNumber("frozenCodes", "codes", codes, 2, 65536);
  wholeNumber("frozenCodes", "inner", inner, 1, 65536);
  return random.normal(key, [codes, inner]).mul(1 / Math.sqrt(inner));
}
