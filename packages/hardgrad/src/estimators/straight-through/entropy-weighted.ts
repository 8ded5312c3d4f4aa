import { numpy as np } from "@jax-js/jax";
import { functionsOf } from "../../distributions/index.ts";
import { log } from "../../math.ts";
import { attach, detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { choicesOf, drawHard, fixedMean } from "../parts/sample.ts";

/**
 * Entropy-weighted straight-through (EntRGi): forward between the mean and the sample, `y = pi + w (D - pi)` with
 * `w = H(pi) / log C` and no gradient in w; backward `J(pi) g(y)`. Where nothing is decided w is 1, and it is hard
 * straight-through; where a category is nearly certain w is 0 and y the mean, which is nearly hard as well.
 *
 * @see Tejaswi, Rout, Caramanis, Shakkottai & Sanghavi 2026 (EntRGi)
 * @example
 * const y = through(categorical(logits), entropyWeightedStraightThrough(), key);
 */
export const entropyWeightedStraightThrough = defineEstimator({
  id: "entropy-weighted-straight-through",
  title: "Straight-through, weighted by entropy (EntRGi)",
  family: "straight-through",
  place: 14,
  supports: ["categorical"],
  unbiased: false,
  exactDegree: 1,
  forward: "soft",
  reference: "tejaswi2026",
  formula: "J(pi) g(y) at y = pi + w (D - pi), w = H(pi) / log C",
  note: "Neither hard nor soft: f sees a point between the sample and the mean, and must accept it; compare with hard samples at evaluation.",
  path: (q, noise) => {
    const hard = drawHard(q, noise);
    const pi = fixedMean(q);
    const none = np.equal(pi.ref, 0);
    const surprise = np.where(none.ref, 0, log(np.where(none, 1, pi.ref)));
    const entropy = np.negative(np.sum(pi.ref.mul(surprise), -1, { keepdims: true }));
    const most = np.maximum(log(choicesOf(q)), 1e-6); // of one category both are 0
    const weight = np.clip(entropy.div(most), 0, 1);
    const mixed = pi.ref.add(weight.mul(hard.sub(pi)));
    return attach(detach(mixed), functionsOf(q).mean(q));
  },
});
