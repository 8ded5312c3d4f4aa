import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";

/**
 * Penalties that keep gates sparse, on the probabilities that gates open, `[batch, gates]`. Each gives a scalar, to be
 * added to a mean loss with a strength (which `followRate` can find), and consumes the probabilities.
 */

/** Away from 0 and 1, where the logarithm of a float32 has no end. */
const EDGE = 1e-6;

/** Refuses a rate that closes or opens everything. */
export function checkRate(name: string, rate: number): void {
  if (typeof rate === "number" && rate > 0 && rate < 1) return;
  throw new RangeError(
    `${name}: the rate of open gates must be a number above 0 and below 1, not ${rate}: ` +
      "at 0 nothing is computed, at 1 nothing is gated.",
  );
}

function checkProbabilities(name: string, p: np.Array): void {
  if (p.ndim !== 2)
    throw new RangeError(
      `${name}: probabilities must have shape [batch, gates], not [${p.shape}]; reshape them.`,
    );
  if (!(p instanceof ConcreteArray)) return;
  const bad = p.ref.dataSync().find((v: number) => !(v >= 0 && v <= 1));
  if (bad !== undefined)
    throw new RangeError(`${name}: a probability is ${bad}; take sigmoid(logits), not the logits.`);
}

/**
 * Kullback-Leibler divergence of each gate's mean over the batch from the wanted rate, summed over the gates:
 * `sum_j s log(s / p_j) + (1 - s) log((1 - s) / (1 - p_j))` with `p_j = mean over the batch`. 0 at the rate.
 *
 * Reference: Bengio, Léonard & Courville 2013, section 5 (there without the constant terms in s alone).
 * @param rate s, above 0 and below 1.
 * @example
 * const loss = np.mean(losses).add(rateDivergence(sigmoid(logits), 0.1).mul(strength));
 */
export function rateDivergence(probabilities: np.Array, rate: number): np.Array {
  checkRate("rateDivergence", rate);
  checkProbabilities("rateDivergence", probabilities);
  const gates = probabilities.shape[1]!;
  const p = np.clip(np.mean(probabilities, 0), EDGE, 1 - EDGE);
  const entropy = rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate);
  const cross = np
    .log(p.ref)
    .mul(rate)
    .add(np.log1p(np.negative(p)).mul(1 - rate));
  return np.negative(np.sum(cross)).add(gates * entropy);
}

/**
 * Condnet's L_b: each gate's mean over the batch is near the rate, `sum_j (mean_n p_nj - rate)^2`.
 *
 * Reference: E. Bengio, Bacon, Pineau & Precup 2015, arXiv 1511.06297.
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
 * Reference: E. Bengio, Bacon, Pineau & Precup 2015.
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
 * Reference: E. Bengio, Bacon, Pineau & Precup 2015.
 * @example
 * const loss = np.mean(losses).add(gateVariancePenalty(sigmoid(logits)).mul(0.01));
 */
export function gateVariancePenalty(probabilities: np.Array): np.Array {
  checkProbabilities("gateVariancePenalty", probabilities);
  const centred = probabilities.ref.sub(np.mean(probabilities, 0, { keepdims: true }));
  return np.negative(np.sum(np.mean(np.square(centred), 0)));
}
