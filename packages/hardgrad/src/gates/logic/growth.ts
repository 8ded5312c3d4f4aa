import { numpy as np } from "@jax-js/jax";
import { detach, zeroWithGradient } from "../../surrogate.ts";

/**
 * Zeros whose gradient says what every wire would do for some of the inputs: with it added to the inputs, the gradient of
 * `probe` is the derivative of the loss with respect to each of its inputs reading each wire. The inputs are in equal parts
 * of consecutive ones, of which one is asked about.
 *
 * @param x `[wires, batch]`. Consumed.
 * @param probe `[rows, wires]`, whatever its values. Consumed.
 * @param part scalar array: which part, from 0. Consumed.
 * @param parts how many there are.
 * @returns `[parts * rows, batch]`, zeros.
 * @see Evci, Gale, Menick, Castro & Elsen 2020
 * @example
 * const zeros = probeWires(np.ones([5, 3]), np.zeros([2, 5]), np.array(1), 4); // 8 inputs, of which 2 and 3 are asked about
 */
export function probeWires(x: np.Array, probe: np.Array, part: np.Array, parts: number): np.Array {
  const rows = probe.shape[0]!;
  const batch = x.shape[1]!;
  const answers = np.matmul(zeroWithGradient(probe), detach(x)).reshape([1, rows, batch]);
  return answers.mul(chosenPart(part, parts)).reshape([parts * rows, batch]);
}

/** One-hot `[parts, 1, 1]`. */
const chosenPart = (part: np.Array, parts: number): np.Array =>
  np.equal(np.arange(parts).astype(np.float32), part).astype(np.float32).reshape([parts, 1, 1]);

/** Logits and candidates after growth, and ones where a candidate is new, else zeros. */
export interface Grown {
  readonly logits: np.Array;
  readonly candidates: np.Array;
  readonly replaced: np.Array;
}

/**
 * Growth of candidates by gradient: the inputs of one part exchange their least likely candidate, if its logit is more than
 * `margin` below the mean of theirs, for the wire whose derivative is the most negative (none where no derivative is, and
 * not for one that is a candidate already). A new candidate begins at that mean.
 *
 * @param logits `[inputs, k]`. Consumed.
 * @param candidates `[inputs, k]`, the wires' numbers as float32. Consumed.
 * @param derivative `[rows, wires]`: the gradient of probeWires's `probe`. Consumed.
 * @param part scalar array, as there. Consumed.
 * @param margin in logits, 0 or more.
 * @throws RangeError if the inputs are no whole number of parts.
 * @see Evci, Gale, Menick, Castro & Elsen 2020
 * @example
 * const derivative = np.array([[0.5, -2, 0.1]]); // wire 1 would help the first of two inputs
 * const { candidates, replaced } = growCandidates(np.array([[1, 0], [0, 1]]), np.array([[0, 2], [1, 2]]), derivative, np.array(0), 0.3);
 * candidates; // [[0, 1], [1, 2]]
 * replaced.dispose();
 */
export function growCandidates(
  logits: np.Array,
  candidates: np.Array,
  derivative: np.Array,
  part: np.Array,
  margin: number,
): Grown {
  const [inputs, k] = logits.shape as [number, number];
  const rows = derivative.shape[0]!;
  if (inputs % rows !== 0)
    throw new RangeError(`growCandidates: ${inputs} inputs are no whole number of parts of ${rows}.`);
  const parts = inputs / rows;
  const best = np.argmin(derivative.ref, -1).astype(np.float32).reshape([1, rows, 1]);
  const helps = np.less(np.min(derivative, -1), 0).reshape([1, rows, 1]);
  const mean = np.mean(logits.ref, -1, { keepdims: true }).reshape([parts, rows, 1]);
  const all = logits.reshape([parts, rows, k]);
  const wires = candidates.reshape([parts, rows, k]);
  const lowest = np.min(all.ref, -1, { keepdims: true });
  const first = np.argmin(all.ref, -1).reshape([parts, rows, 1]);
  const worst = np.equal(np.arange(k).astype(np.int32), first);
  const far = np.less(lowest, mean.ref.sub(margin));
  const known = np.max(np.equal(wires.ref, best.ref).astype(np.float32), -1, { keepdims: true });
  const turn = np.greater(chosenPart(part, parts), 0.5);
  const may = np.logicalAnd(np.logicalAnd(turn, helps), np.logicalAnd(far, np.less(known, 0.5)));
  const replaced = np.logicalAnd(worst, may);
  return {
    logits: np.where(replaced.ref, mean, all).reshape([inputs, k]),
    candidates: np.where(replaced.ref, best, wires).reshape([inputs, k]),
    replaced: replaced.astype(np.float32).reshape([inputs, k]),
  };
}
