import { numpy as np } from "@jax-js/jax";
import { checkLogits, wholeNumber } from "../checks.ts";
import { logSigmoid, sigmoid } from "../math.ts";
import { lastAxes } from "../surrogate.ts";
import type { Distribution } from "../types.ts";
import { exponentialFamilyScore } from "./exponential-family.ts";
import type { DistributionFunctions } from "./index.ts";
import { openUniform } from "./noise.ts";
import { oneHotOf } from "./one-hot.ts";

/** Counts: Poisson and binomial units. Sampled by inverting the distribution function on a finite support. */

function counts(kind: "poisson" | "binomial", logits: np.Array, total: number): Distribution {
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

/**
 * Independent Poisson units with rate `exp(logits)`; the sample is a count.
 *
 * @param logits log-rates `[...batch, units]`. Consumed.
 * @param options.maxCount the largest count (default 63): the support is cut there, so keep the rate well below
 *   (rate + 6 sqrt(rate) at most).
 * @throws RangeError for rates that the cut would change, logits that are not finite, or an empty event.
 * @example
 * const q = poisson(np.log(np.array([3, 0.5])));
 */
export function poisson(logits: np.Array, options: { maxCount?: number } = {}): Distribution {
  const { maxCount = 63 } = options;
  wholeNumber("poisson", "maxCount", maxCount, 1, 1023);
  // rate + 6 sqrt(rate) = maxCount
  const largest = (Math.sqrt(9 + maxCount) - 3) ** 2;
  checkLogits("poisson", logits, {
    holds: (a) => Math.exp(a) <= largest,
    rule: `at most ${Math.log(largest).toFixed(2)}, so that maxCount ${maxCount} cuts nothing off; raise maxCount`,
  });
  return counts("poisson", logits, maxCount);
}

/**
 * Independent binomial units: the number of successes in `trials` with probability `sigmoid(logits)`.
 *
 * @param logits `[...batch, units]`. Consumed.
 * @param trials from 1 to 1023.
 * @example
 * const q = binomial(np.array([0.2, -1]), 6);
 */
export function binomial(logits: np.Array, trials: number): Distribution {
  wholeNumber("binomial", "trials", trials, 1, 1023);
  checkLogits("binomial", logits);
  return counts("binomial", logits, trials);
}

function logFactorials(n: number): number[] {
  const table = [0];
  for (let k = 1; k <= n; k++) table.push(table[k - 1]! + Math.log(k));
  return table;
}

/** `log P(x = k)` for all k, on a new last axis. Consumes q.logits. */
function logMasses(q: Distribution): np.Array {
  const k = np.array(Array.from({ length: q.total + 1 }, (_, i) => i));
  const a = q.logits.reshape([...q.logits.shape, 1]);
  const table = logFactorials(q.total);
  if (q.kind === "poisson") return a.ref.mul(k).sub(np.exp(a)).sub(np.array(table));
  const ways = table.map((f, i) => table[q.total]! - f - table[q.total - i]!);
  const failures = np.array(Array.from({ length: q.total + 1 }, (_, i) => q.total - i));
  return np
    .array(ways)
    .add(logSigmoid(a.ref).mul(k))
    .add(logSigmoid(np.negative(a)).mul(failures));
}

function sample(q: Distribution, noise: np.Array): np.Array {
  const cumulative = np.cumsum(np.exp(logMasses(q)), -1);
  const broken = np.isnan(np.sum(cumulative.ref, -1));
  const u = noise.reshape([...noise.shape, 1]);
  const all = np.sum(np.greaterEqual(u, cumulative).astype(np.float32), -1);
  return np.where(broken, Number.NaN, np.minimum(all, q.total));
}

function logProbability(q: Distribution, x: np.Array): np.Array {
  const index = oneHotOf(x.astype(np.int32), q.total + 1);
  return np.sum(logMasses(q).mul(index), lastAxes(2));
}

const shared = {
  noise: openUniform,
  sample,
  logProbability,
  score: exponentialFamilyScore,
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
export const poissonFunctions: DistributionFunctions = { ...shared, mean: (q) => np.exp(q.logits) };

/** The functions of binomial units; each consumes `q.logits` and its other arrays. */
export const binomialFunctions: DistributionFunctions = {
  ...shared,
  mean: (q) => sigmoid(q.logits).mul(q.total),
};
