import { numpy as np } from "@jax-js/jax";
import { attach, detach } from "../surrogate.ts";
import { unitRows } from "./norm.ts";
import { checkAlike } from "./shapes.ts";

/**
 * DiVeQ: `y = e + |q - e| sg[u]`, u the direction of `q - e + noise`. With d' the direction of q - e, the gradient of e is
 * `g - d' <u, g>` and that of q is `d' <u, g>`: they sum to g, so encoder and codebook learn from the task's loss alone.
 *
 * Without noise u = d': the forward value is exactly q, and the gradient is split into its parts across and along the error;
 * that is what belongs into inference too. With noise `sigma v`, v standard normal, y lies on the sphere around e that q lies
 * on, not at q: the decoder is trained beside what it will see. Where e = q all of the gradient goes to e.
 *
 * @param e `[..., dimensions]`. Consumed.
 * @param q its codewords. Consumed.
 * @param noise of the shape of e; its standard deviation is small against |q - e| / sqrt(dimensions). Consumed.
 * @returns of the shape of e.
 * @throws RangeError for different shapes.
 * @see Vali, Bäckström & Solin 2025
 * @example
 * const y = diveq(e.ref, q.ref); // exactly q
 * const noisy = diveq(e, q, random.normal(key, [4, 3]).mul(0.01));
 */
export function diveq(e: np.Array, q: np.Array, noise?: np.Array): np.Array {
  checkAlike("diveq", e, q);
  if (noise) checkAlike("diveq", e, noise);
  const error = detach(q.ref).sub(detach(e.ref));
  const { unit: direction, norm } = unitRows(error.ref);
  const sphere = noise === undefined ? undefined : towards(error.ref.add(detach(noise)));
  error.dispose();
  const u = sphere ?? direction.ref;
  const value = sphere ? detach(e.ref).add(norm.ref.mul(sphere.ref)) : q.ref;
  norm.dispose();
  const along = np.sum(direction.mul(q.sub(e.ref)), -1, { keepdims: true });
  return attach(value, e.add(u.mul(along)));
}

/** The direction of rows. Consumes them. */
function towards(x: np.Array): np.Array {
  const { unit, norm } = unitRows(x);
  norm.dispose();
  return unit;
}
