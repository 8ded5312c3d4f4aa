// 784 pixels, 100 random bits, 10 scores; the estimator trains what is below the bits.
import { crossEntropy, dense, glorotUniform, splitKey } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { bernoulli, expectation, rloo, sigmoid } from "hardgrad";

export function init(key, hidden = 100) {
  const [first, second] = splitKey(key, 2);
  const zeros = (n) => np.zeros([n]);
  return {
    w1: glorotUniform(first, 784, hidden),
    b1: zeros(hidden),
    w2: glorotUniform(second, hidden, 10),
    b2: zeros(10),
  };
}

/** The mean loss of a batch. Keeps the parameters. */
export function loss(p, { images, labels }, key) {
  const f = (bits) => crossEntropy(dense(bits, p.w2.ref, p.b2.ref), labels.ref);
  return np.mean(expectation(bernoulli(dense(images, p.w1.ref, p.b1.ref)), f, rloo({ samples: 4 }), key));
}

/** Class scores, with the bits at their means. Keeps the parameters. */
export const scores = (p, images) => dense(sigmoid(dense(images, p.w1.ref, p.b1.ref)), p.w2.ref, p.b2.ref);
