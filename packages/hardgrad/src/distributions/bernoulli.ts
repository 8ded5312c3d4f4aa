import { numpy as np } from "@jax-js/jax";
import { checkLogits } from "../arguments.ts";
import { hardOrNaN, hardSigmoid, logSigmoid, sigmoid } from "../math.ts";
import { lastAxes } from "../surrogate.ts";
import type { Distribution, Probability } from "../types.ts";
import type { DistributionFunctions } from "./functions.ts";
import { masked, onlyAllowed } from "./mask.ts";
import { isBelow, logit, wrappedUniform } from "./noise.ts";

/**
 * Independent Bernoulli units: `P(b = 1) = sigmoid(logits)`, sample `b = 1[u < sigmoid(logits)]` with u uniform.
 *
 * @param logits `[...batch, units]`; a single example is `[units]`. Consumed.
 * @param options.probability `"sigmoid"`, or `"hard-sigmoid"` for `clip((logits + 1) / 2, 0, 1)`, which `exact`
 *   and the three straight-through estimators accept: outside [-1, 1] its units are deterministic and get no gradient.
 * @param options.mask truth values that broadcast to the logits, true where a unit may be on: elsewhere the probability is
 *   exactly zero and there is no gradient, whatever the logits are there. Consumed.
 * @throws RangeError for logits that are not finite, a scalar, or an empty event.
 * @example
 * const q = bernoulli(np.array([0.5, -1, 2]));
 */
export function bernoulli(
  logits: np.Array,
  options: { probability?: Probability; mask?: np.Array } = {},
): Distribution<"bernoulli"> {
  const { probability = "sigmoid", mask } = options;
  if (probability !== "sigmoid" && probability !== "hard-sigmoid")
    throw new RangeError(
      `bernoulli: probability ${probability} is unknown; use "sigmoid" or "hard-sigmoid".`,
    );
  if (!mask) checkLogits("bernoulli", logits);
  const { shape } = logits;
  return {
    kind: "bernoulli",
    logits: mask ? masked("bernoulli", logits, mask, 0) : logits,
    batchShape: shape.slice(0, -1),
    eventShape: shape.slice(-1),
    probability,
    total: 0,
    ...(mask && { masked: true }),
  };
}

function mean(q: Distribution): np.Array {
  const p = q.probability === "sigmoid" ? sigmoid(q.logits.ref) : hardSigmoid(q.logits.ref);
  const exact = onlyAllowed(q, p);
  q.logits.dispose();
  return exact;
}

/** What is written for the sigmoid: the hard one is refused rather than taken for it. */
function sigmoidOnly(what: string, q: Distribution): void {
  if (q.probability !== "sigmoid")
    throw new RangeError(
      `bernoulli: there is no ${what} for ${q.probability} probabilities; use sigmoid ones.`,
    );
}

/** The functions of the Bernoulli family; each consumes `q.logits` and its other arrays. */
export const bernoulliFunctions: DistributionFunctions = {
  mean,
  noise: wrappedUniform,
  sample: (q, noise) => {
    const p = mean({ ...q, logits: q.logits.ref });
    const rest = mean({ ...q, logits: np.negative(q.logits.ref) });
    return hardOrNaN(isBelow(noise, p, rest), q.logits);
  },
  relaxed: (q, noise, temperature) => {
    sigmoidOnly("relaxed sample", q);
    const soft = onlyAllowed(q, sigmoid(q.logits.ref.sub(logit(noise)).div(temperature)));
    q.logits.dispose();
    return soft;
  },
  logProbability: (q, sample) => {
    sigmoidOnly("log-probability", q);
    const signed = q.logits.mul(sample.mul(2).sub(1));
    return np.sum(logSigmoid(signed), lastAxes(1));
  },
  score: (q, sample) => {
    sigmoidOnly("score", q);
    // b - p, not as a difference: 1 - p is small where p is nearly 1.
    const rest = mean({ ...q, logits: np.negative(q.logits.ref) });
    const p = mean({ ...q, logits: q.logits.ref });
    const each = onlyAllowed(q, np.where(np.greater(sample.ref, 0.5), rest, np.negative(p)));
    q.logits.dispose();
    return np.where(np.isnan(sample.ref), sample, each);
  },
  stateCount: ({ eventShape }) => 2 ** (eventShape[0] ?? 0),
  states: ({ eventShape }) => {
    const units = eventShape[0] ?? 0;
    const rows = Array.from({ length: 2 ** units }, (_, s) =>
      Array.from({ length: units }, (_, i) => Math.floor(s / 2 ** i) % 2),
    );
    return np.array(rows);
  },
};
