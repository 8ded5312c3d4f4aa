// 784 pixels, 100 random bits, 10 scores; the estimator trains what is below the bits.
import { crossEntropy, dense, glorotUniform, splitKey } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { bernoulli, expectation, rloo, sigmoid } from "hardgrad";

/** @typedef {import("hardgrad").NamedArrays} Params w1, b1, w2, b2 */

/** @type {(key: np.Array, hidden?: number) => Params} */
export function init(key, hidden = 100) {
  const [first, second] = splitKey(key, 2);
  return {
    w1: glorotUniform(first, 784, hidden),
    b1: np.zeros([hidden]),
    w2: glorotUniform(second, hidden, 10),
    b2: np.zeros([10]),
  };
}

/**
 * The mean loss of a batch. Keeps the parameters.
 *
 * @type {(p: Params, batch: { images: np.Array, labels: np.Array }, key: np.Array) => np.Array}
 */
export function loss(p, { images, labels }, key) {
  /** @type {import("hardgrad").Objective} */
  const f = (bits) => crossEntropy(dense(bits, p.w2.ref, p.b2.ref), labels.ref);
  return np.mean(expectation(bernoulli(dense(images, p.w1.ref, p.b1.ref)), f, rloo({ samples: 4 }), key));
}

/**
 * Class scores, with the bits at their means. Keeps the parameters.
 *
 * @type {(p: Params, images: np.Array) => np.Array}
 */
export const scores = (p, images) => dense(sigmoid(dense(images, p.w1.ref, p.b1.ref)), p.w2.ref, p.b2.ref);
