import { numpy as np, random } from "@jax-js/jax";
import { checkCount, checkNames, described, isArray } from "../../arguments.ts";
import { categorical, oneHotArgmax } from "../../distributions/categorical.ts";
import { sample } from "../../expectation.ts";
import { fromTop } from "../../math.ts";
import { attach, detach } from "../../surrogate.ts";
import { checkTable } from "./tokens.ts";

/** Options of `sparseMixerRouter` and `sparseMixerInUse`. */
export interface SparseMixerOptions {
  /** Experts per token, drawn one after the other without replacement (default 1). */
  readonly k?: number;
  /** Experts whose logit is below the largest by more than `2 jitter max(|logit|, largest)` are left out (default 0.01). */
  readonly jitter?: number;
}

/**
 * SparseMixer-v2, in training: each token draws an expert i from p, the softmax over the experts near the largest logit.
 * Forward `p_i m`, where m = 1 if i has the largest logit, else 1 with probability 1/4 and 1/3 with 3/4. Backward
 * `dlogits = G p_i (e_i - p)` with G the gradient at the gate, without m.
 *
 * The average over m is Radau's rule for the change of the loss from expert i's output 0 to `p_i E_i(x)`: exact for a loss
 * that is cubic along that way. For the expert with the largest logit it is Euler's rule, exact for a linear loss. It
 * estimates `sum_i dp_i f(p_i E_i)` with the p_i inside f held.
 *
 * A router and no estimator of the catalogue, for three reasons: its sample is `p_i m`, never hard; its law is not
 * `softmax(logits)` and changes under a common shift of the logits; and what it is exact for is not the gradient of a mean
 * of f over hard samples. In training, outputs of experts that are not the first are halved on average: the law in use is
 * another.
 *
 * @param logits `[tokens, experts]`. Consumed, as the key is.
 * @returns gates `[tokens, experts]`, 0 where an expert is not drawn.
 * @throws RangeError for a k that is no whole number from 1 to the experts, a jitter out of 0 to 10, other shapes, logits
 *   that are not finite.
 * @see Liu et al. 2024, arXiv 2409.12136
 * @example
 * const gates = sparseMixerRouter(logits, random.key(0), { k: 2 });
 */
export function sparseMixerRouter(
  logits: np.Array,
  key: np.Array,
  options: SparseMixerOptions = {},
): np.Array {
  checkOptions("sparseMixerRouter", logits, options);
  if (!isArray(key))
    throw new TypeError(
      `sparseMixerRouter: the key must be a key such as random.key(0), not ${described(key)}.`,
    );
  const { k = 1 } = options;
  const keys = np.split(random.split(key, 2 * k), 2 * k, 0).map((own) => own.reshape([2]));
  return mixed(logits, options, (allowed, best, round) => {
    const law = categorical(detach(logits.ref), { mask: allowed });
    const drawn = sample(law, keys[2 * round]!);
    const isBest = np.greater(np.sum(best.mul(drawn.ref), -1, { keepdims: true }), 0.5);
    const coin = np.less(random.uniform(keys[2 * round + 1]!, [logits.shape[0]!, 1]), 0.25);
    return { drawn, factor: np.where(np.logicalOr(isBest, coin), 1, 1 / 3) };
  });
}

/**
 * SparseMixer-v2, in use: the k largest logits one after the other, each with its p and m = 1.
 *
 * @param logits `[tokens, experts]`. Consumed.
 * @returns gates `[tokens, experts]`.
 * @throws RangeError as `sparseMixerRouter`.
 * @see Liu et al. 2024
 * @example
 * const gates = sparseMixerInUse(logits, { k: 2 });
 */
export function sparseMixerInUse(logits: np.Array, options: SparseMixerOptions = {}): np.Array {
  checkOptions("sparseMixerInUse", logits, options);
  return mixed(logits, options, (allowed, best) => {
    allowed.dispose();
    return { drawn: best, factor: np.ones([logits.shape[0]!, 1]) };
  });
}

/** Which expert a token takes, one-hot, and the factor m on its output. Consumes both. */
export type Pick = (
  allowed: np.Array,
  best: np.Array,
  round: number,
) => { readonly drawn: np.Array; readonly factor: np.Array };

/** The gates of k rounds; what was drawn is out of the next rounds. Consumes the logits. */
export function mixed(logits: np.Array, { k = 1, jitter = 0.01 }: SparseMixerOptions, pick: Pick): np.Array {
  let left = np.ones(logits.shape).astype(np.bool);
  let gates = np.zeros(logits.shape);
  for (let round = 0; round < k; round++) {
    const here = np.where(left.ref, logits.ref, Number.NEGATIVE_INFINITY);
    const allowed = np.logicalAnd(near(logits.ref, here.ref, jitter), left.ref);
    const e = np.where(allowed.ref, np.exp(fromTop(here.ref)), 0);
    const p = e.ref.div(np.sum(e, -1, { keepdims: true }));
    const { drawn, factor } = pick(allowed, oneHotArgmax(detach(here)), round);
    left = np.logicalAnd(left, np.less(drawn.ref, 0.5));
    // A row with NaN allows nothing: 0/0, which stays.
    const own = np.where(np.logicalAnd(np.equal(drawn, 0), np.logicalNot(np.isnan(p.ref))), 0, p);
    gates = gates.add(attach(own.ref.mul(factor), own));
  }
  left.dispose();
  logits.dispose();
  return gates;
}

/** `largest - a <= 2 jitter max(|a|, largest)`. Consumes both. */
function near(logits: np.Array, here: np.Array, jitter: number): np.Array {
  const largest = np.max(detach(here), -1, { keepdims: true });
  const a = detach(logits);
  const size = np.maximum(np.abs(a.ref), largest.ref);
  return np.lessEqual(largest.sub(a), size.mul(2 * jitter));
}

function checkOptions(name: string, logits: np.Array, options: SparseMixerOptions): void {
  checkNames(name, options, ["k", "jitter"]);
  const { k = 1, jitter = 0.01 } = options;
  checkTable(name, "logits", logits);
  checkCount(name, logits, k);
  if (!(jitter >= 0 && jitter <= 10))
    throw new RangeError(`${name}: jitter must be a number from 0 to 10, not ${jitter}.`);
}
