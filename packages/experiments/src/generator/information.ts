import { nn, numpy as np } from "@jax-js/jax";

/**
 * What keeps a classifier without labels from giving every image the same class, or each a bit of all: terms of whole
 * batches.
 */

const SMALL = 1e-8;

/**
 * The mutual information in nats between the class of an image and that of the same image deformed, for two batches of
 * logits `[batch, classes]` (Ji et al. 2019): large if classes are equally many, certain, and unmoved by deformation.
 */
export function mutualInformation(logits: np.Array, deformed: np.Array): np.Array {
  const [batch, classes] = logits.shape as [number, number];
  const p = nn.softmax(logits, -1);
  const q = nn.softmax(deformed, -1);
  const joint = np.matmul(np.transpose(p), q).mul(1 / batch);
  const symmetric = np.maximum(joint.ref.add(np.transpose(joint)).mul(0.5), SMALL);
  const own = np.log(np.sum(symmetric.ref, 1)); // the other marginal is the same
  const independent = own.ref.reshape([classes, 1]).add(own.reshape([1, classes]));
  return np.sum(symmetric.ref.mul(np.log(symmetric).sub(independent)));
}

/** `KL(softmax(logits) | uniform)` per example, in nats. */
export function fromUniform(logits: np.Array): np.Array {
  const classes = logits.shape.at(-1)!;
  const log = nn.logSoftmax(logits, -1);
  return np.sum(np.exp(log.ref).mul(log), -1).add(Math.log(classes));
}
