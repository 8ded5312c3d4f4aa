import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";
import { checkLogits, isArray } from "../arguments.ts";
import { difference } from "../math.ts";
import { detach, lastAxes } from "../surrogate.ts";
import type { Distribution } from "../types.ts";
import type { DistributionFunctions } from "./functions.ts";
import { oneHotOf } from "./one-hot.ts";
import { hardTopK } from "./ranks.ts";

/**
 * Masks: the law on what is allowed alone, written back with zeros. What is forbidden has the logit -2^127 in a distribution
 * that says so by `masked`: finite, so that no difference is NaN, and so low that it has probability zero in every law here.
 * What is allowed is kept above -2^125. Where no value can be looked at, a row that allows too little is forbidden as a whole:
 * its sample, mean, log-probability and gradient are 0, so that padding disturbs nothing.
 */

const FORBIDDEN = -(2 ** 127);
const BETWEEN = -(2 ** 126);
const LEAST = -(2 ** 125);

/**
 * Logits with what the mask forbids put out of reach. Whatever stands there is not looked at, and gets no gradient.
 *
 * @param name of the distribution, for messages.
 * @param mask truth values that broadcast to the logits: true where it is allowed. Consumed, as the logits are.
 * @param least how many must be allowed on the last axis; 0: any number, and no common shift.
 */
export function masked(name: string, logits: np.Array, mask: np.Array, least: number): np.Array {
  checkMask(name, logits, mask);
  const allowed = np.broadcastTo(mask, logits.shape);
  const enough = checkAllowed(name, allowed.ref, least);
  if (logits instanceof ConcreteArray && allowed instanceof ConcreteArray)
    checkLogits(name, np.where(allowed.ref, logits.ref, 0), undefined, true);
  let shifted = logits;
  if (least > 0) {
    const seen = np.where(allowed.ref, detach(logits.ref), Number.NEGATIVE_INFINITY);
    shifted = difference(logits, np.max(seen, -1, { keepdims: true }));
  }
  const kept = np.where(np.less(shifted.ref, LEAST), LEAST, shifted);
  return np.where(np.logicalAnd(enough, allowed), kept, FORBIDDEN);
}

function checkMask(name: string, logits: np.Array, mask: np.Array): void {
  checkLogits(name, logits, undefined, false);
  if (!isArray(mask) || mask.dtype !== "bool")
    throw new TypeError(
      `${name}: the mask must be an array of truth values, true where it is allowed, not ${isArray(mask) ? mask.dtype : typeof mask}; ` +
        "use np.array([true, false]), or a comparison such as np.greater(x, 0).",
    );
  const own = mask.shape;
  const lead = logits.ndim - own.length;
  if (lead < 0 || own.some((n, i) => n !== 1 && n !== logits.shape[lead + i]))
    throw new RangeError(
      `${name}: a mask of shape [${own}] does not broadcast to logits of shape [${logits.shape}]; give it one entry per logit.`,
    );
}

/** Whether each row allows enough, `[..., 1]`. Consumes allowed. */
function checkAllowed(name: string, allowed: np.Array, least: number): np.Array {
  const counts = np.sum(allowed.astype(np.float32), -1, { keepdims: true });
  if (counts instanceof ConcreteArray) {
    const values = counts.ref.dataSync();
    const row = values.findIndex((n: number) => n < least);
    if (row >= 0)
      throw new RangeError(
        `${name}: the mask allows ${values[row]} of ${allowed.shape.at(-1)} in row ${row} of ${values.length}, ` +
          `but at least ${least} must be allowed.`,
      );
  }
  return np.greaterEqual(counts, least);
}

/** Where q forbids; nowhere for NaN, which must show. Keeps q. */
export function forbidden(q: Distribution): np.Array {
  return np.less(detach(q.logits.ref), BETWEEN);
}

/** Zero where q forbids. Keeps q, consumes x. */
export function onlyAllowed(q: Distribution, x: np.Array): np.Array {
  return q.masked ? np.where(forbidden(q), 0, x) : x;
}

/**
 * Samples for f: one that q forbids, which an estimator asks for with weight zero, is replaced by one that it allows, so
 * that f is only ever asked about what can happen. Keeps q, consumes the sample.
 */
export function possible(q: Distribution, sample: np.Array): np.Array {
  if (!q.masked) return sample;
  if (q.kind === "bernoulli") return onlyAllowed(q, sample);
  const off = forbidden(q);
  const wrong = np.where(off, np.abs(detach(sample.ref)), 0);
  const bad = np.greater(np.max(wrong, -1, { keepdims: true }), 0);
  const a = detach(q.logits.ref);
  const mode = q.kind === "categorical" ? oneHotOf(np.argmax(a, -1), a.shape.at(-1)!) : hardTopK(a, q.total);
  return np.where(bad, onlyAllowed(q, mode), sample);
}

/** What a family computes, where q has a mask: zeros where it forbids, and log 0 for a sample that is forbidden. */
export function withMasks(of: DistributionFunctions): DistributionFunctions {
  const zeroed =
    <A extends unknown[]>(compute: (q: Distribution, ...rest: A) => np.Array) =>
    (q: Distribution, ...rest: A): np.Array => {
      if (!q.masked) return compute(q, ...rest);
      const off = forbidden(q);
      return np.where(off, 0, compute(q, ...rest));
    };
  return {
    ...of,
    mean: zeroed(of.mean),
    sample: zeroed(of.sample),
    score: zeroed(of.score),
    ...(of.relaxed && { relaxed: zeroed(of.relaxed) }),
    logProbability: (q, sample) => {
      if (!q.masked) return of.logProbability(q, sample);
      const axes = lastAxes(q.eventShape.length);
      const off = forbidden(q);
      const wrong = np.max(np.where(off.ref, np.abs(sample.ref), 0), axes);
      const subset = q.kind === "subset" || q.kind === "plackett-luce";
      const none = subset && np.all(off.ref, -1);
      off.dispose();
      const value = of.logProbability(q, sample);
      const inert = none ? np.where(none, 0, value) : value;
      return np.where(np.greater(wrong, 0), Number.NEGATIVE_INFINITY, inert);
    },
  };
}
