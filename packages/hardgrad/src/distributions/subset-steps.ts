import { numpy as np } from "@jax-js/jax";
import { difference, logaddexp } from "../math.ts";
import { detach } from "../surrogate.ts";

/**
 * Elementary symmetric polynomials of the weights `exp(logits)`, unit by unit: `e_j` is the mass of the sets with j ones.
 * Each is held as `log e_j` less its largest term, the sum of the j largest logits, so that only differences of logits are
 * formed: logits at -1e9, or one at 0 beside three at -1e9, lose nothing.
 */

/** Of the sets with j = 1..k ones among the first units, the logarithms of the shares with the last unit and without it. */
export interface Step {
  readonly withUnit: np.Array; // [..., k]
  readonly without: np.Array;
}

/** One step per unit, and `log e_k` of all less its largest term, `[...]`. Consumes logits. */
export function stepsOf(logits: np.Array, k: number): { steps: Step[]; logTotal: np.Array } {
  const lead = logits.shape.slice(0, -1);
  const never = np.full([...lead, k], Number.NEGATIVE_INFINITY);
  const zero = np.zeros([...lead, 1]);
  let logSums = never.ref; // j = 1..k; e_0 is 1
  let largest = never; // the j-th largest logit so far, without gradient
  const steps: Step[] = [];
  for (const weight of np.split(logits, logits.shape.at(-1)!, -1)) {
    const w = detach(weight.ref);
    // The largest term of e_j gains the j-th largest logit, or the new one.
    const gain = np.maximum(largest.ref, w.ref);
    const withUnit = shifted(zero.ref, logSums.ref).add(difference(weight, gain.ref));
    const without = logSums.add(difference(largest.ref, gain));
    logSums = logaddexp(withUnit.ref, without.ref);
    const possible = np.notEqual(logSums.ref, Number.NEGATIVE_INFINITY);
    const share = (part: np.Array): np.Array =>
      np.where(possible.ref, part.sub(logSums.ref), Number.NEGATIVE_INFINITY);
    steps.push({ withUnit: share(withUnit), without: share(without) });
    possible.dispose();
    const above = shifted(np.full([...lead, 1], Number.POSITIVE_INFINITY), largest.ref);
    largest = np.maximum(largest, np.minimum(above, w)); // w in its place
  }
  for (const array of [largest, zero]) array.dispose();
  const [fewer, total] = k === 1 ? [undefined, logSums] : np.split(logSums, [k - 1], -1);
  fewer?.dispose();
  return { steps, logTotal: np.squeeze(total!, -1) };
}

/** The row moved up by one place behind a first entry; its last entry drops out. Consumes both. */
function shifted(first: np.Array, row: np.Array): np.Array {
  const k = row.shape.at(-1)!;
  if (k === 1) {
    row.dispose();
    return first;
  }
  const [kept, dropped] = np.split(row, [k - 1], -1) as [np.Array, np.Array];
  dropped.dispose();
  return np.concatenate([first, kept], -1);
}
