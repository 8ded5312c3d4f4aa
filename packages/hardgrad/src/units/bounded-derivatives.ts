import { numpy as np } from "@jax-js/jax";
import { detach } from "../surrogate.ts";
import { define, positive, within } from "./shape.ts";

/** Pseudo-derivatives that are zero beyond some distance of the threshold. */

/**
 * `1[|x| <= c]`: the straight-through of binarized networks.
 *
 * @param given.c half width, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Hubara, Courbariaux, Soudry, El-Yaniv & Bengio 2016
 * @example
 * const h = step({ derivative: clip() }).apply(x);
 */
export const clip = define({
  id: "clip",
  title: "Clip (hard tanh)",
  formula: "1[|x| <= c]",
  options: { c: positive(1, "half width") },
  reference: "hubara2016",
  integral: ({ c }) => 2 * c,
  derivative: (x, { c }) => within(x, c),
});

/**
 * `(2 - 2|x|) 1[|x| <= 1]`.
 *
 * @see Liu et al. 2018 (Bi-Real Net)
 * @example
 * const h = step({ derivative: approxSign() }).apply(x);
 */
export const approxSign = define({
  id: "approx-sign",
  title: "Approximate sign",
  formula: "max(0, 2 - 2|x|)",
  options: {},
  reference: "liu2018",
  integral: () => 2,
  derivative: (x) => rectify(np.abs(x).mul(-2).add(2)),
});

/**
 * `max(0, alpha - alpha^2 |x|)`.
 *
 * @param given.alpha height, and inverse of the half width, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Esser et al. 2016
 * @example
 * const h = step({ derivative: triangle() }).apply(x);
 */
export const triangle = define({
  id: "triangle",
  title: "Triangle",
  formula: "max(0, alpha - alpha^2 |x|)",
  options: { alpha: positive(1, "height, and inverse of the half width") },
  reference: "esser2016",
  integral: () => 1,
  derivative: (x, { alpha }) =>
    rectify(
      np
        .abs(x)
        .mul(-alpha * alpha)
        .add(alpha),
    ),
});

/**
 * `alpha 1[|x| < 1/(2 alpha)]`.
 *
 * @param given.alpha height, and inverse of the width, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Wu, Deng, Li, Zhu & Shi 2018
 * @example
 * const h = step({ derivative: rectangle() }).apply(x);
 */
export const rectangle = define({
  id: "rectangle",
  title: "Rectangle",
  formula: "alpha 1[|x| <= 1/(2 alpha)]",
  options: { alpha: positive(1, "height, and inverse of the width") },
  reference: "wu2018",
  integral: () => 1,
  derivative: (x, { alpha }) => within(x, 1 / (2 * alpha)).mul(alpha),
});

/** `max(0, x)` that keeps NaN; no gradient flows through a pseudo-derivative. */
function rectify(x: np.Array): np.Array {
  const kept = detach(x);
  return np.where(np.less(kept.ref, 0), 0, kept);
}
