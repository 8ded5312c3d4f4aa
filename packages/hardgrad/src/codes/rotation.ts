import { numpy as np } from "@jax-js/jax";
import { detach, linearMapGradient } from "../surrogate.ts";
import { unitRows } from "./norm.ts";
import { checkAlike } from "./shapes.ts";

/** Two unit vectors whose sum is shorter are opposite: of it float32 knows no direction. */
const OPPOSITE = 1e-3;

/** The largest float32: a ratio of norms that overflows must not meet 0. */
const LARGEST = 3.4e38;

/**
 * Rotation trick: forward the codeword q, backward the rotation that turns e to q, `(|q|/|e|) R^T g` with
 * `R = I - 2 w w^T + 2 q' e'^T`, e' and q' the directions of e and q and w that of e' + q', all held fixed. q gets no
 * gradient: the codebook learns by `codebookLoss`, or as a moving average.
 *
 * Where q is opposite to e, R is the reflection `I - 2 e' e'^T`; where e is 0, the gradient is g (straight-through); where q
 * is 0, the formula gives 0.
 *
 * @param e `[..., dimensions]`, 2 dimensions or more. Consumed.
 * @param q its codewords. Consumed.
 * @returns exactly q.
 * @throws RangeError for two shapes, and for one dimension, in which nothing turns.
 * @see Fifty et al. 2025
 * @example
 * const q = codeVectors(codebook.ref, nearestCode(e.ref, codebook));
 * const y = rotationTrick(e, q); // to the decoder
 */
export function rotationTrick(e: np.Array, q: np.Array): np.Array {
  checkAlike("rotationTrick", e, q);
  if (e.shape.at(-1)! < 2)
    throw new RangeError(
      "rotationTrick: vectors of one dimension have no direction that could turn; use straightThroughCode.",
    );
  const from = unitRows(detach(e.ref));
  const to = unitRows(detach(q.ref));
  const sum = from.unit.ref.add(to.unit.ref);
  const length = np.sqrt(np.sum(np.square(sum.ref), -1, { keepdims: true }));
  const opposite = np.less(length.ref, OPPOSITE);
  const w = np.where(opposite.ref, 0, sum.div(np.where(opposite.ref, 1, length)));
  const target = np.where(opposite, np.negative(from.unit.ref), to.unit);
  const still = np.equal(from.norm.ref, 0);
  const ratio = np.minimum(to.norm.div(np.where(still.ref, 1, from.norm)), LARGEST);
  return linearMapGradient(q, e, (v) => {
    const along = (direction: np.Array): np.Array => np.sum(direction.mul(v.ref), -1, { keepdims: true });
    const turned = v.ref.sub(w.ref.mul(along(w)).mul(2)).add(target.mul(along(from.unit)).mul(2));
    return np.where(still, v, turned.mul(ratio));
  });
}
