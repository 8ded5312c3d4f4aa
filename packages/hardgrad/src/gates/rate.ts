import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";
import { hardSigmoid, log, log1p, logSigmoid, logsumexp } from "../math.ts";
import { detach, linearGradient } from "../surrogate.ts";
import type { Distribution } from "../types.ts";

/**
 * Penalties that keep gates sparse, on the probabilities that gates open, `[batch, gates]`. Each gives a scalar, to be
 * added to a mean loss with a strength (which `followRate` can find), and consumes what it is given.
 */

/** The float32 next to 0 and to 1: where a probability is 0 or 1, more can't be known of it. */
const LEAST = 2 ** -126;
const MOST = 1 - 2 ** -24;

/** Refuses a rate that closes or opens everything. */
export function checkRate(name: string, rate: number): void {
  if (typeof rate === "number" && rate > 0 && rate < 1) return;
  throw new RangeError(
    `${name}: the rate of open gates must be a number above 0 and below 1, not ${rate}: ` +
      "at 0 nothing is computed, at 1 nothing is gated.",
  );
}

function checkShape(name: string, what: string, x: np.Array): void {
  if (x.ndim !== 2)
    throw new RangeError(`${name}: ${what} must have shape [batch, gates], not [${x.shape}]; reshape them.`);
}

function checkProbabilities(name: string, p: np.Array): void {
  checkShape(name, "probabilities", p);
  if (!(p instanceof ConcreteArray)) return;
  const bad = p.ref.dataSync().find((v: number) => !(v >= 0 && v <= 1));
  if (bad !== undefined)
    throw new RangeError(`${name}: a probability is ${bad}; take sigmoid(logits), not the logits.`);
}

/**
 * Kullback-Leibler divergence of each gate's mean over the batch from the wanted rate, summed over the gates:
 * `sum_j s log(s / p_j) + (1 - s) log((1 - s) / (1 - p_j))` with `p_j = mean over the batch`. 0 at the rate.
 *
 * Give the distribution of the gates: then value and gradient are right at any logit, and pull hardest at gates that are
 * always closed or always open. Probabilities `[batch, gates]` are taken too, but a float32 is exactly 1 from a logit of
 * 17 on: the gradient that is left of it is of the right sign and far too small.
 *
 * @param gates `bernoulli(logits)` with logits `[batch, gates]`, or probabilities. Consumed.
 * @param rate s, above 0 and below 1.
 * @throws RangeError for another rate, other variables, other shapes, and for numbers that are no probabilities.
 * @see Bengio, Léonard & Courville 2013, section 5 (there without the constant terms in s alone)
 * @example
 * const loss = np.mean(losses).add(rateDivergence(bernoulli(logits), 0.1).mul(strength));
 */
export function rateDivergence(gates: Distribution | np.Array, rate: number): np.Array {
  checkRate("rateDivergence", rate);
  const { open, closed } = logRates(gates);
  const entropy = rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate);
  const cross = open.mul(rate).add(closed.mul(1 - rate));
  const count = cross.shape[0]!;
  return np.negative(np.sum(cross)).add(count * entropy);
}

/** Over the first axis. Consumes x. */
const logMeanExp = (x: np.Array): np.Array => logsumexp(np.moveaxis(x, 0, -1)).sub(Math.log(x.shape[0]!));

/** `log p_j` and `log(1 - p_j)`, `[gates]`. */
function logRates(gates: Distribution | np.Array): { open: np.Array; closed: np.Array } {
  if ("kind" in gates) {
    if (gates.kind !== "bernoulli")
      throw new RangeError(
        `rateDivergence: the gates must be bernoulli(logits), not ${gates.kind} variables.`,
      );
    checkShape("rateDivergence", "logits", gates.logits);
    if (gates.probability === "sigmoid")
      return {
        open: logMeanExp(logSigmoid(gates.logits.ref)),
        closed: logMeanExp(logSigmoid(np.negative(gates.logits))),
      };
  }
  const p = "kind" in gates ? hardSigmoid(gates.logits) : gates;
  checkProbabilities("rateDivergence", p);
  const mean = np.mean(p, 0);
  const kept = detach(mean.ref);
  const some = np.maximum(kept.ref, LEAST);
  const most = np.minimum(kept, MOST);
  return {
    open: linearGradient(log(some.ref), mean.ref, np.reciprocal(some)),
    closed: linearGradient(log1p(np.negative(most.ref)), mean, np.reciprocal(most.sub(1))),
  };
}

/**
 * Condnet's L_b: each gate's mean over the batch is near the rate, `sum_j (mean_n p_nj - rate)^2`.
 *
 * @param probabilities that gates open, `[batch, gates]`. Consumed.
 * @param rate the wanted one, above 0 and below 1.
 * @returns a scalar.
 * @throws RangeError for another rate, other shapes, and for numbers that are no probabilities.
 * @see E. Bengio, Bacon, Pineau & Precup 2015, arXiv 1511.06297
 * @example
 * const penalty = gateRatePenalty(p.ref, 1 / 16).add(exampleRatePenalty(p, 1 / 16));
 */
export function gateRatePenalty(probabilities: np.Array, rate: number): np.Array {
  checkRate("gateRatePenalty", rate);
  checkProbabilities("gateRatePenalty", probabilities);
  return np.sum(np.square(np.mean(probabilities, 0).sub(rate)));
}

/**
 * Condnet's L_e: each example's mean over the gates is near the rate, `mean_n (mean_j p_nj - rate)^2`.
 *
 * @param probabilities that gates open, `[batch, gates]`. Consumed.
 * @param rate the wanted one, above 0 and below 1.
 * @returns a scalar.
 * @throws RangeError for another rate, other shapes, and for numbers that are no probabilities.
 * @see E. Bengio, Bacon, Pineau & Precup 2015
 * @example
 * const penalty = exampleRatePenalty(sigmoid(logits), 1 / 16);
 */
export function exampleRatePenalty(probabilities: np.Array, rate: number): np.Array {
  checkRate("exampleRatePenalty", rate);
  checkProbabilities("exampleRatePenalty", probabilities);
  return np.mean(np.square(np.mean(probabilities, 1).sub(rate)));
}

/**
 * Condnet's L_v: gates differ from example to example, `-sum_j var_n p_nj` (the variance over the batch, divided by its
 * size). Always 0 or negative.
 *
 * @see E. Bengio, Bacon, Pineau & Precup 2015
 * @example
 * const loss = np.mean(losses).add(gateVariancePenalty(sigmoid(logits)).mul(0.01));
 */
export function gateVariancePenalty(probabilities: np.Array): np.Array {
  checkProbabilities("gateVariancePenalty", probabilities);
  const centred = probabilities.ref.sub(np.mean(probabilities, 0, { keepdims: true }));
  return np.negative(np.sum(np.mean(np.square(centred), 0)));
}
