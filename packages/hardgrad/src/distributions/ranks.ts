import { numpy as np } from "@jax-js/jax";
import { checkCount } from "../arguments.ts";
import { anyNaN } from "../math.ts";
import { detach } from "../surrogate.ts";

/** Up to here all pairs are compared, which is faster than to sort. */
const FEW = 512;

/** How many entries of the last axis are larger, or equal and earlier: 0 for the largest. Consumes x. */
export function ranks(x: np.Array): np.Array {
  const n = x.shape.at(-1)!;
  // The sort is stable; the place of each entry is the inverse of the order.
  if (n > FEW) return np.argsort(np.argsort(np.negative(detach(x)), -1), -1);
  const here = x.ref.reshape([...x.shape, 1]);
  const there = x.reshape([...x.shape.slice(0, -1), 1, n]);
  const before = np.tri(n, n, -1); // [i, j] = 1 where j < i
  const larger = np.greater(there.ref, here.ref).astype(np.float32);
  return np.sum(larger.add(np.equal(there, here).astype(np.float32).mul(before)), -1);
}

/**
 * 1 for the k largest entries of the last axis, the first ones in a tie; NaN for all if any entry is NaN. Consumes x.
 *
 * @param x scores `[..., n]`.
 * @param k a whole number from 1 to n.
 * @returns of the shape of x.
 * @throws RangeError for a k that is no whole number from 1 to the length of the axis.
 * @example
 * hardTopK(np.array([0.3, 2, -1, 0.7]), 2); // [0, 1, 0, 1]
 */
export function hardTopK(x: np.Array, k: number): np.Array {
  checkCount("hardTopK", x, k);
  const broken = anyNaN(x.ref);
  return np.where(broken, Number.NaN, np.less(ranks(x), k).astype(np.float32));
}

/** The last axis in descending order, by a permutation matrix that holds no gradient. Consumes x. */
export function sortDescending(x: np.Array): np.Array {
  const n = x.shape.at(-1)!;
  const place = ranks(x.ref);
  const wanted = np.array(Array.from({ length: n }, (_, i) => i)).reshape([n, 1]);
  const here = np.equal(place.reshape([...place.shape.slice(0, -1), 1, n]), wanted);
  return np.sum(np.where(here, x.reshape([...x.shape.slice(0, -1), 1, n]), 0), -1);
}
