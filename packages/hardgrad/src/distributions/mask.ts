import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";
import { difference } from "../math.ts";
import { detach } from "../surrogate.ts";

/** What is forbidden: probability zero and no gradient. A mask is true where an entry is allowed. */

/**
 * How far a forbidden entry lies below every allowed one. Divided by the largest temperature, 100, its exponential is
 * still 0 in float32, and it is small enough to leave the allowed ones their precision.
 */
const APART = 2e4;

/** A mask of the shape of the logits, or one that broadcasts to it. Consumes it. */
function spread(name: string, logits: np.Array, mask: np.Array): np.Array {
  if (typeof mask !== "object" || mask === null || !("dtype" in mask) || mask.dtype !== "bool")
    throw new TypeError(
      `${name}: mask must be an array of truth values, true where allowed; write np.array([true, false, ...]).`,
    );
  const offset = logits.ndim - mask.ndim;
  if (offset < 0 || mask.shape.some((n, i) => n !== 1 && n !== logits.shape[i + offset]))
    throw new RangeError(
      `${name}: mask has shape [${mask.shape}], but must fit the logits' shape [${logits.shape}].`,
    );
  return np.broadcastTo(mask, [...logits.shape]);
}

/**
 * Logits of a law that a common shift does not change, with the forbidden entries of each row out of reach. A row that
 * allows fewer than `least` entries is refused where it has values, and NaN inside `jit`. Consumes both.
 */
export function maskRows(name: string, logits: np.Array, mask: np.Array, least: number): np.Array {
  const allowed = spread(name, logits, mask);
  if (allowed instanceof ConcreteArray) refuseEmptyRows(name, allowed, least);
  const here = detach(logits.ref);
  const top = np.max(np.where(allowed.ref, here, Number.NEGATIVE_INFINITY), -1, { keepdims: true });
  const centred = difference(logits, np.where(np.isfinite(top.ref), top, 0));
  const low = np.min(np.where(allowed.ref, detach(centred.ref), 0), -1, { keepdims: true });
  const forbidden = np.maximum(low, -3e38).mul(1.001).sub(APART);
  const count = np.sum(allowed.ref.astype(np.float32), -1, { keepdims: true });
  const enough = np.greaterEqual(count, least);
  const masked = np.where(allowed, np.maximum(centred, -3e38), forbidden);
  return np.where(enough, masked, Number.NaN);
}

/** Logits of independent units of which the forbidden ones are always 0. Consumes both. */
export function maskUnits(name: string, logits: np.Array, mask: np.Array): np.Array {
  return np.where(spread(name, logits, mask), logits, -APART);
}

function refuseEmptyRows(name: string, allowed: np.Array, least: number): void {
  const width = allowed.shape.at(-1)!;
  const values = allowed.ref.dataSync();
  for (let start = 0; start < values.length; start += width) {
    let count = 0;
    for (let i = start; i < start + width; i++) if (values[i]) count++;
    if (count < least)
      throw new RangeError(
        `${name}: mask allows ${count} of ${width} entries in row ${start / width}, but at least ${least} ${
          least === 1 ? "is" : "are"
        } needed.`,
      );
  }
}
