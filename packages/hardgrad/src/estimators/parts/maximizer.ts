import { numpy as np, random } from "@jax-js/jax";
import { oneHotArgmax } from "../../distributions/categorical.ts";
import {
  centred,
  exponential,
  gumbel,
  logit,
  logUniform,
  wrappedUniform,
} from "../../distributions/noise.ts";
import { hardTopK } from "../../distributions/ranks.ts";
import { hardOrNaN, log } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { rows } from "./rows.ts";

/** The most probable state of (perturbed) logits, and noise that makes it a sample: perturb-and-MAP. */

/** The logits without gradient and, where a common shift changes nothing, without it. Keeps q. */
export function shiftedLogits(q: Distribution): np.Array {
  const a = detach(q.logits.ref);
  return q.kind === "bernoulli" ? a : centred(a, q.kind === "categorical" ? 1 : q.total);
}

/** The state with the largest logits: threshold, argmax or top k. Consumes the scores. */
export function maximizer(q: Distribution, scores: np.Array): np.Array {
  if (q.kind === "bernoulli") return hardOrNaN(np.greater(scores.ref, 0), scores);
  if (q.kind === "categorical") return oneHotArgmax(scores);
  return hardTopK(scores, q.total);
}

/**
 * Noise for the logits: logistic for Bernoulli and Gumbel for categorical and Plackett-Luce, which make exact samples;
 * for subsets of k > 1 the sum of gammas of Niepert et al., k of which add up to a Gumbel (to that of ten terms: the
 * largest of ten exponentials less log 10). Subsets share entries, so their sums are not independent, and the samples
 * follow a sharper law than the conditional one. Consumes the key.
 */
export function perturbation(q: Distribution, key: np.Array): np.Array {
  const shape = q.logits.shape;
  if (q.kind === "bernoulli") return logit(wrappedUniform(key, shape));
  if (q.kind !== "subset" || q.total === 1) return gumbel(exponential(key, shape));
  return sumOfGamma(key, shape, q.total);
}

const TERMS = 10;

/** `(sum over s = 1..m of Gamma(1/k, scale k/s) - log m) / k`, m = 10. Consumes the key. */
function sumOfGamma(key: np.Array, shape: readonly number[], k: number): np.Array {
  const draws = gamma(key, [TERMS, ...shape], 1 / k);
  const scales = np.array(Array.from({ length: TERMS }, (_, s) => k / (s + 1)));
  const scaled = draws.mul(scales.reshape([TERMS, ...shape.map(() => 1)]));
  return np.sum(scaled, 0).sub(Math.log(TERMS)).div(k);
}

const TRIES = 6;

/**
 * Gamma variates of a shape up to 1: Marsaglia and Tsang's at shape + 1, times U^(1/shape). The first accepted of six
 * tries; all six fail with probability below 1e-7. Consumes the key.
 */
function gamma(key: np.Array, shape: readonly number[], alpha: number): np.Array {
  const [normalKey, uniformKey, powerKey] = rows(random.split(key, 3), [0, 1, 2]) as [
    np.Array,
    np.Array,
    np.Array,
  ];
  const d = alpha + 1 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const x = random.normal(normalKey, [TRIES, ...shape]);
  const base = np.maximum(x.ref.mul(c).add(1), 1e-6);
  const v = base.ref.mul(base.ref).mul(base);
  const bound = np.square(x).mul(0.5).add(d).sub(v.ref.mul(d)).add(log(v.ref).mul(d));
  const accepted = np
    .less(logUniform(wrappedUniform(uniformKey, [TRIES, ...shape])), bound)
    .astype(np.float32);
  const [first, ...others] = rows(
    v,
    Array.from({ length: TRIES }, (_, i) => i),
  ) as [np.Array, ...np.Array[]];
  const flags = rows(
    accepted,
    Array.from({ length: TRIES }, (_, i) => i),
  );
  let chosen = first;
  let done = flags[0]!;
  others.forEach((candidate, i) => {
    const now = flags[i + 1]!;
    chosen = np.where(
      np.greater(done.ref, 0.5),
      chosen,
      np.where(np.greater(now.ref, 0.5), candidate, chosen.ref),
    );
    done = np.maximum(done, now);
  });
  done.dispose();
  const power = np.exp(logUniform(wrappedUniform(powerKey, shape)).div(alpha));
  return chosen.mul(d).mul(power);
}
