import { lax, numpy as np, random } from "@jax-js/jax";
import { difference, logFrom } from "../math.ts";
import { detach } from "../surrogate.ts";

/**
 * Uniform numbers u with both tails fine. A float32 in (0, 1) is fine near 0 and coarse near 1, where P(u > p) is decided
 * for a unit that is nearly always on. So u in the upper half is held as u - 1: a negative number is the distance to 1.
 * A plain u in (0, 1) means the same, and `-u` is `1 - u`.
 */

/**
 * Uniform from all 32 random bits: `(n + 1/2) / 2^32`, n a signed word, so in (-1/2, 1/2) and never 0; see above for how
 * to read it. The two tails reach 1.2e-10 and mirror each other. Consumes the key.
 */
export function wrappedUniform(key: np.Array, shape: readonly number[]): np.Array {
  const words = lax.bitcastConvertType(random.bits(key, [...shape]), np.int32);
  return words
    .astype(np.float32)
    .add(0.5)
    .mul(2 ** -32);
}

/** Uniform on (0, 1) as plain float32: from 1.2e-10 to 1 - 6e-8. Consumes the key. */
export function openUniform(key: np.Array, shape: readonly number[]): np.Array {
  return unwrapped(wrappedUniform(key, shape));
}

/** The plain number in (0, 1) that a wrapped u stands for. Consumes u. */
export function unwrapped(u: np.Array): np.Array {
  const plain = np.where(np.less(u.ref, 0), u.ref.add(1), u);
  return np.minimum(plain, 1 - 2 ** -24);
}

/** `u < p` given p and 1 - p, each to full relative precision. Consumes all three. */
export function isBelow(u: np.Array, p: np.Array, rest: np.Array): np.Array {
  return np.where(np.less(u.ref, 0), np.greater(np.negative(u.ref), rest), np.less(u, p));
}

/** `log u`; `log(1 - u)` is `logUniform(-u)`. Consumes u. */
export function logUniform(u: np.Array): np.Array {
  const upper = np.less(u.ref, 0);
  const plain = np.where(upper.ref, u.ref.add(1), u.ref);
  return logFrom(plain, np.where(upper, u.ref, u.sub(1)));
}

/** `log u - log(1 - u)`: logistic noise. Consumes u. */
export function logit(u: np.Array): np.Array {
  return logUniform(u.ref).sub(logUniform(np.negative(u)));
}

/** Exponential with mean 1, from 1.2e-10 to 22.9, right to 4e-7 of its value: small ones decide. Consumes the key. */
export function exponential(key: np.Array, shape: readonly number[]): np.Array {
  return np.negative(logUniform(wrappedUniform(key, shape)));
}

/** Gumbel noise `-log E` of exponential noise. Consumes E. */
export function gumbel(noise: np.Array): np.Array {
  return np.negative(logFrom(noise.ref, noise.sub(1)));
}

/**
 * `logits - log E` on the last axis, less the k-th largest logit (without gradient): the choice of the k largest does not
 * see it, and where logits are large the noise is not lost beside them. Consumes both.
 */
export function perturbed(logits: np.Array, noise: np.Array, k: number): np.Array {
  return centred(logits, k).add(gumbel(noise));
}

/** The logits less their k-th largest on the last axis, which counts as a constant. Consumes logits. */
export function centred(logits: np.Array, k: number): np.Array {
  return difference(logits, kthLargest(detach(logits.ref), k));
}

/** `[..., 1]`. Consumes x. */
function kthLargest(x: np.Array, k: number): np.Array {
  if (k === 1) return np.max(x, -1, { keepdims: true });
  const [top, places] = lax.topK(x, k) as [np.Array, np.Array];
  places.dispose();
  const [larger, last] = np.split(top, [k - 1], -1) as [np.Array, np.Array];
  larger.dispose();
  return last;
}
