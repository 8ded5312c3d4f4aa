import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";
import { checkLogits, wholeNumber } from "../arguments.ts";
import { logSigmoid, sigmoid } from "../math.ts";
import { detach, lastAxes } from "../surrogate.ts";
import type { Distribution } from "../types.ts";
import { exponentialFamily } from "./exponential-family.ts";
import type { DistributionFunctions } from "./functions.ts";
import { fixed } from "./logits.ts";
import { unwrapped, wrappedUniform } from "./noise.ts";

/** Counts: Poisson and binomial units. Sampled by inverting the distribution function on a finite support. */

function counts<K extends "poisson" | "binomial">(kind: K, logits: np.Array, total: number): Distribution<K> {
  const { shape } = logits;
  return {
    kind,
    logits,
    batchShape: shape.slice(0, -1),
    eventShape: shape.slice(-1),
    probability: "sigmoid",
    total,
  };
}

/** What may be cut off: the rounding of a float32 probability. */
const CUT = 2 ** -23;
const largestRates = new Map<number, number>();

/** The largest rate with `P(x > maxCount) <= 2^-23`. */
function largestRate(maxCount: number): number {
  const known = largestRates.get(maxCount);
  if (known !== undefined) return known;
  const beyond = (rate: number): number => {
    let term = -rate;
    for (let k = 1; k <= maxCount; k++) term += Math.log(rate / k);
    let sum = 0;
    for (let k = maxCount + 1; k < maxCount + 400; k++) {
      term += Math.log(rate / k);
      sum += Math.exp(term);
    }
    return sum;
  };
  let [low, high] = [0, maxCount];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (beyond(middle) <= CUT) low = middle;
    else high = middle;
  }
  largestRates.set(maxCount, low);
  return low;
}

/** Where no value can be looked at, a rate beyond the cut is NaN, in the sample, the loss and the gradient. */
function inRange(logits: np.Array, largest: number): np.Array {
  const known: object = logits;
  if (known instanceof ConcreteArray) return logits;
  const beyond = np.greater(detach(logits.ref), largest);
  return logits.add(np.where(beyond, Number.NaN, 0));
}

/**
 * Independent Poisson units with rate `exp(logits)`; the sample is a count.
 *
 * The support ends at `maxCount`, so a rate must be small enough that a larger count has probability 2^-23 at most
 * (30.9 for 63). A larger rate is refused; inside `jit` and `grad`, where values can't be looked at, it makes the sample,
 * the loss and the gradient NaN.
 *
 * @param logits log-rates `[...batch, units]`. Consumed.
 * @param options.maxCount the largest count, 1 to 1023 (default 63); memory grows with it.
 * @throws RangeError for rates that the cut would change, logits that are not finite, or an empty event.
 * @example
 * const q = poisson(np.log(np.array([3, 0.5])));
 */
export function poisson(logits: np.Array, options: { maxCount?: number } = {}): Distribution<"poisson"> {
  const { maxCount = 63 } = options;
  wholeNumber("poisson", "maxCount", maxCount, 1, 1023);
  const largest = Math.log(largestRate(maxCount));
  checkLogits("poisson", logits, {
    holds: (a) => a <= largest,
    rule: `at most ${largest.toFixed(2)}, so that maxCount ${maxCount} cuts nothing off; raise maxCount`,
  });
  return counts("poisson", inRange(logits, largest), maxCount);
}

/**
 * Independent binomial units: the number of successes in `trials` with probability `sigmoid(logits)`.
 *
 * @param logits `[...batch, units]`. Consumed.
 * @param trials from 1 to 1023.
 * @throws RangeError for trials that are no whole number from 1 to 1023, logits that are not finite, or an empty
 *   event.
 * @example
 * const q = binomial(np.array([0.2, -1]), 6);
 */
export function binomial(logits: np.Array, trials: number): Distribution<"binomial"> {
  wholeNumber("binomial", "trials", trials, 1, 1023);
  checkLogits("binomial", logits);
  return counts("binomial", logits, trials);
}

/** `log P(x = k)` for k = 0 ... total is `constants[k] + k log p + (total - k) log(1 - p)`; Poisson: `k a - rate`. */
function constantsOf(q: Distribution): Float32Array {
  const factorials = [0];
  for (let k = 1; k <= q.total; k++) factorials.push(factorials[k - 1]! + Math.log(k));
  const all = factorials.at(-1)!;
  return Float32Array.from(factorials, (f, k) =>
    q.kind === "poisson" ? -f : all - f - factorials[q.total - k]!,
  );
}

/** The part of `log P(x)` that depends on the logits. Consumes q.logits and x, which broadcast. */
function logitPart(q: Distribution, x: np.Array): np.Array {
  const a = q.logits;
  if (q.kind === "poisson") return a.ref.mul(x).sub(np.exp(a));
  const failures = np.negative(x.ref).add(q.total);
  return logSigmoid(a.ref)
    .mul(x)
    .add(logSigmoid(np.negative(a)).mul(failures));
}

function logProbability(q: Distribution, x: np.Array): np.Array {
  const index = np.clip(x.ref.astype(np.int32), 0, q.total);
  const outside = np.notEqual(x.ref, index.ref.astype(np.float32));
  const constants = np.take(np.array(constantsOf(q)), index, 0);
  const each = logitPart(q, x).add(np.where(outside, Number.NEGATIVE_INFINITY, constants));
  return np.sum(each, lastAxes(1));
}

/** `[..., blocks, size]`: the probabilities of 0, 1, ..., and zeros to the end of the last block. Consumes q.logits. */
function masses(q: Distribution): np.Array {
  const count = q.total + 1;
  const size = Math.min(count, 32);
  const blocks = Math.ceil(count / size);
  const filled = new Float32Array(blocks * size).fill(Number.NEGATIVE_INFINITY);
  filled.set(constantsOf(q));
  const k = np.array(Float32Array.from(filled, (_, i) => Math.min(i, q.total)));
  const a = q.logits.reshape([...q.logits.shape, 1]);
  const each = np.exp(logitPart({ ...q, logits: a }, k).add(np.array(filled)));
  return each.reshape([...q.logits.shape, blocks, size]);
}

/**
 * `P(x <= k)` or `P(x > k)` for all k on the last axis, each a sum of positive terms from its own side, so that small
 * ones are right too. Sums within blocks and then over blocks: a triangle for all k would be quadratic in their number.
 */
function sums(p: np.Array, side: "up to" | "after"): np.Array {
  const [blocks, size] = p.shape.slice(-2) as [number, number];
  const ahead = p.shape.slice(0, -2);
  const strict = (n: number): np.Array =>
    side === "after" ? np.tri(n, n, -1) : np.tri(n, n, -1).transpose();
  const own = side === "after" ? strict(size) : np.tri(size, size).transpose();
  const within = np.matmul(p.ref.reshape([-1, size]), own).reshape([...ahead, blocks, size]);
  const others = np.matmul(np.sum(p, -1).reshape([-1, blocks]), strict(blocks));
  return within.add(others.reshape([...ahead, blocks, 1])).reshape([...ahead, blocks * size]);
}

/** The least k with `P(x <= k) > u`; from the other side where u is nearer to 1. */
function sample(q: Distribution, noise: np.Array): np.Array {
  const p = masses(fixed(q));
  const broken = np.isnan(q.logits);
  const [u, rest] = [unwrapped(noise.ref), unwrapped(np.negative(noise))];
  const upper = np.greater(u.ref, 0.5);
  const spread = (x: np.Array): np.Array => x.reshape([...x.shape, 1]);
  const below = np.less(sums(p.ref, "up to"), spread(u));
  const above = np.greater(sums(p, "after"), spread(rest));
  const count = np.sum(np.where(spread(upper), above, below).astype(np.float32), -1);
  return np.where(broken, Number.NaN, count);
}

const shared = {
  noise: wrappedUniform,
  sample,
  logProbability,
  stateCount: (q: Distribution) => (q.total + 1) ** (q.eventShape[0] ?? 0),
  states: (q: Distribution) => {
    const units = q.eventShape[0] ?? 0;
    const base = q.total + 1;
    const rows = Array.from({ length: base ** units }, (_, s) =>
      Array.from({ length: units }, (_, i) => Math.floor(s / base ** i) % base),
    );
    return np.array(rows);
  },
};

/** The functions of Poisson units; each consumes `q.logits` and its other arrays. */
export const poissonFunctions: DistributionFunctions = {
  ...shared,
  ...exponentialFamily((q) => np.exp(q.logits)),
};

/** The functions of binomial units; each consumes `q.logits` and its other arrays. */
export const binomialFunctions: DistributionFunctions = {
  ...shared,
  ...exponentialFamily((q) => sigmoid(q.logits).mul(q.total)),
};
