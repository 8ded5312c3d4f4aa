import { nn, numpy as np } from "@jax-js/jax";
import { detach, logSoftmax } from "hardgrad";

/**
 * What makes a classifier find classes without labels, from images and the same images deformed: terms of whole
 * batches, in nats. None of them is enough alone: the sum of them finds the digits.
 */

/** How much more it counts that the classes are equally many than that each image is certain of its own. */
const EVENNESS = 4;
/** How sharply the nearest views are told apart. */
const TEMPERATURE = 0.2;
const SMALL = 1e-8;

/** `-sum p log p` over the last axis, of the logarithms of probabilities. */
const entropy = (log: np.Array): np.Array => np.negative(np.sum(np.exp(log.ref).mul(log), -1));

/**
 * `4 (log classes - H(mean q)) + mean H(q)` of logits `[batch, classes]`, with q their softmax: 0 if classes are equally
 * many and images certain of theirs. With 1 in place of 4 it is what the mutual information of image and class falls
 * short of its most by (Krause et al. 2010; the 4 is of Hu et al. 2017): then some classes stay empty.
 */
export function missingInformation(logits: np.Array): np.Array {
  const most = Math.log(logits.shape.at(-1)!);
  const log = logSoftmax(logits);
  const all = entropy(nn.logmeanexp(log.ref, 0));
  return all
    .sub(most)
    .mul(-EVENNESS)
    .add(np.mean(entropy(log)));
}

/** Mean `KL(q | q')` of the classes of images and of their deformed copies; only the copies learn from it. */
export function inconsistency(logits: np.Array, deformed: np.Array): np.Array {
  const log = detach(logSoftmax(logits));
  return np.mean(np.sum(np.exp(log.ref).mul(log.sub(logSoftmax(deformed))), -1));
}

/**
 * How hard it is to find each image's deformed copy among those of the batch, from views `[batch, size]` of both: the
 * cross-entropy over cosines (InfoNCE; van den Oord et al. 2018), in both directions.
 */
export function contrast(a: np.Array, b: np.Array): np.Array {
  const cosines = np.matmul(unit(a), np.transpose(unit(b))).mul(1 / TEMPERATURE);
  const there = logSoftmax(cosines.ref);
  const back = logSoftmax(np.transpose(cosines));
  const batch = there.shape[0]!;
  return np.sum(there.add(back).mul(np.eye(batch))).mul(-0.5 / batch);
}

const unit = (x: np.Array): np.Array =>
  x.ref.div(np.sqrt(np.sum(np.square(x), -1, { keepdims: true }).add(SMALL)));

/** `KL(softmax(logits) | uniform)` per example, in nats. */
export function fromUniform(logits: np.Array): np.Array {
  const classes = logits.shape.at(-1)!;
  const log = logSoftmax(logits);
  return np.sum(np.exp(log.ref).mul(log), -1).add(Math.log(classes));
}
