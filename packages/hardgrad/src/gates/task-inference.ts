import { numpy as np } from "@jax-js/jax";
import { grad } from "../gradients.ts";
import { fromTop, logSoftmax } from "../math.ts";

/**
 * Per-example entropy of the predicted classes in nats, `-sum p log p`, for logits `[..., classes]`. Consumes them.
 *
 * @param logits `[..., classes]`.
 * @returns `[...]`, 0 to log classes.
 * @example
 * const certainty = np.negative(predictiveEntropy(logits));
 */
export function predictiveEntropy(logits: np.Array): np.Array {
  const logP = logSoftmax(fromTop(logits));
  return np.negative(np.sum(np.exp(logP.ref).mul(logP), -1));
}

/**
 * How strongly each task's mask lowers the entropy of the prediction, in one gradient: with all masks mixed,
 * `alpha = 1/k`, the score of task i is `-dH/dalpha_i`. The task is the argmax.
 *
 * @param logits the network's class scores `[batch, classes]` as a function of alpha. With alpha `[tasks]`, one task for
 *   the batch, its weights are `w sum_i alpha_i mask_i`, see `mixMasks`, and H is the mean entropy.
 * @param tasks k.
 * @param examples for a task per example: alpha is `[examples, tasks]`, and H the example's entropy.
 * @returns of the shape of alpha.
 * @throws RangeError for tasks that are no whole number from 1.
 * @see Wortsman et al. 2020 (SupSup, one-shot), arXiv 2006.14769
 * @example
 * const scores = taskScores((alpha) => np.matmul(x.ref, w.ref.mul(mixMasks(masks.ref, alpha))), 5);
 * const task = np.argmax(scores);
 */
export function taskScores(
  logits: (alpha: np.Array) => np.Array,
  tasks: number,
  examples?: number,
): np.Array {
  if (!Number.isInteger(tasks) || tasks < 1)
    throw new RangeError(`taskScores: tasks must be a whole number from 1, not ${tasks}.`);
  const entropy = (alpha: np.Array): np.Array => {
    const each = predictiveEntropy(logits(alpha));
    return examples === undefined ? np.mean(each) : np.sum(each);
  };
  const shape = examples === undefined ? [tasks] : [examples, tasks];
  return np.negative(grad(entropy)(np.full(shape, 1 / tasks)));
}

/**
 * The mixture of masks `sum_i alpha_i mask_i`, for masks `[tasks, ...]` and alpha `[tasks]`. Consumes both.
 *
 * @example
 * const mixed = mixMasks(masks, np.full([5], 1 / 5)); // masks [5, ...]
 */
export function mixMasks(masks: np.Array, alpha: np.Array): np.Array {
  const [tasks, ...shape] = masks.shape as [number, ...number[]];
  return np.sum(masks.mul(alpha.reshape([tasks, ...shape.map(() => 1)])), 0);
}
