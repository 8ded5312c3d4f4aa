import { numpy as np, tree, vmap } from "@jax-js/jax";
import { wholeNumber } from "../arguments.ts";
import { oneHotOf } from "../distributions/one-hot.ts";
import { valueAndGrad } from "../gradients.ts";
import type { NamedArrays } from "../types.ts";
import { checkArrayNames, checkSame, checkShape } from "./named-arrays.ts";

/**
 * Soft protection, for comparison: penalties that pull weights back to where they served earlier tasks. Nothing here is
 * exact; it makes forgetting dear, not impossible.
 */

/** What a quadratic penalty knows: how important every weight is, and where it should stay. */
export interface Anchor {
  readonly importance: NamedArrays;
  readonly values: NamedArrays;
}

/**
 * `1/2 sum_i importance_i (w_i - value_i)^2`: the penalty of EWC, and (doubled) of SI. A parameter without an importance is
 * free. Consumes everything.
 *
 * @param params arrays by name.
 * @param anchor arrays under names of parameters, of their shapes; importances are not negative.
 * @returns a scalar.
 * @throws RangeError for an importance whose name or shape is no parameter's, or whose value is missing.
 * @example
 * const loss = np.mean(losses).add(quadraticPenalty(params, anchor).mul(0.5));
 */
export function quadraticPenalty(params: NamedArrays, anchor: Anchor): np.Array {
  checkAnchor("quadraticPenalty", anchor);
  checkArrayNames("quadraticPenalty", "the importance", anchor.importance, params, "parameter");
  const terms = Object.entries(anchor.importance).map(([name, importance]) => {
    checkShape("quadraticPenalty", `the importance of ${name}`, importance, params[name]!.shape);
    return np.sum(importance.mul(np.square(params[name]!.sub(anchor.values[name]!))));
  });
  for (const [name, x] of Object.entries(params)) if (!(name in anchor.importance)) x.dispose();
  return terms.reduce((sum, t) => sum.add(t), np.array(0)).mul(0.5);
}

/**
 * No penalty: importance zero everywhere. Does not consume the parameters.
 *
 * @param params whose names and shapes the anchor gets.
 * @example
 * const anchor = noAnchor(params); // before the first task
 */
export function noAnchor(params: NamedArrays): Anchor {
  const zeros = (): NamedArrays => mapValues(params, (x) => np.zeros(x.shape));
  return { importance: zeros(), values: zeros() };
}

/**
 * Diagonal of the Fisher information at the parameters, the mean over examples of
 * `sum_y p(y|x) (d log p(y|x) / dw)^2`: the labels are the model's own, summed, not sampled. Consumes everything.
 *
 * @param logProbability `log p(y|x)` for one example: `(params, x, y one-hot [classes]) -> scalar`.
 * @param examples `[count, ...]`; memory is count times the parameters, so give a few at a time.
 * @param classes how many labels there are.
 * @returns arrays of the names and shapes of the parameters.
 * @throws RangeError for classes that are no whole number from 1 to 2^20.
 * @see Kirkpatrick et al. 2017, arXiv 1612.00796
 * @example
 * const logProbability = (p, x, y) => np.sum(logSoftmax(np.matmul(x, p.w)).mul(y));
 * const fisher = fisherDiagonal(logProbability, params, images, 6);
 */
export function fisherDiagonal(
  logProbability: (params: NamedArrays, x: np.Array, label: np.Array) => np.Array,
  params: NamedArrays,
  examples: np.Array,
  classes: number,
): NamedArrays {
  wholeNumber("fisherDiagonal", "classes", classes, 1, 2 ** 20);
  const ofLabel = (label: np.Array) => (p: NamedArrays, x: np.Array) => {
    const [logP, gradients] = valueAndGrad((q: NamedArrays) => logProbability(q, x, label.ref))(p);
    const probability = np.exp(logP);
    const weighted = mapValues(gradients, (g) => np.square(g).mul(probability.ref));
    probability.dispose();
    return weighted;
  };
  let total: NamedArrays | undefined;
  for (let y = 0; y < classes; y++) {
    const label = oneHotOf(np.array(y, { dtype: np.int32 }), classes);
    const each = (vmap(ofLabel(label) as never, [null, 0] as never) as unknown as ReturnType<typeof ofLabel>)(
      tree.ref(params) as NamedArrays,
      examples.ref,
    );
    label.dispose();
    const mean = mapValues(each, (g) => np.mean(g, 0));
    total = total === undefined ? mean : addAll(total, mean);
  }
  tree.dispose(params);
  examples.dispose();
  return total!;
}

/**
 * One penalty in place of one per task (EWC): importances add up, the value is their weighted mean. Up to a constant this
 * is exactly the sum of the two penalties, so memory does not grow with the tasks. Consumes everything.
 *
 * @param a of earlier tasks.
 * @param b of the task that has just been finished.
 * @throws RangeError for two anchors that differ in names or shapes.
 * @see Huszár 2018, doi 10.1073/pnas.1717042115 (that penalties add)
 * @example
 * const both = addAnchor(anchor, { importance: fisher, values: params });
 */
export function addAnchor(a: Anchor, b: Anchor): Anchor {
  checkAnchors("addAnchor", a, b);
  const importance = addAll(tree.ref(a.importance) as NamedArrays, tree.ref(b.importance) as NamedArrays);
  const values = mapValues(importance, (sum, name) => {
    const weighted = a.importance[name]!.mul(a.values[name]!.ref).add(
      b.importance[name]!.mul(b.values[name]!.ref),
    );
    // Where neither task cares the value does not matter; the later one keeps it finite. Division is by the reciprocal,
    // and that of a number below 3e-39 overflows.
    const known = np.greater(sum.ref, 1e-30);
    a.values[name]!.dispose();
    return np.where(known.ref, weighted.div(np.where(known, sum.ref, 1)), b.values[name]!);
  });
  return { importance, values };
}

/**
 * Online EWC: old importances fade by gamma, and the anchor is where the parameters are now. Consumes everything.
 *
 * @param gamma 0 to 1.
 * @throws RangeError for another gamma, and for two anchors that differ in names or shapes.
 * @see Schwarz et al. 2018, arXiv 1805.06370
 * @example
 * const now = fadeAnchor(anchor, { importance: fisher, values: params }, 0.9);
 */
export function fadeAnchor(old: Anchor, now: Anchor, gamma: number): Anchor {
  if (!(gamma >= 0 && gamma <= 1))
    throw new RangeError(`fadeAnchor: gamma must be a number from 0 to 1, not ${gamma}.`);
  checkAnchors("fadeAnchor", old, now);
  tree.dispose(old.values);
  return {
    importance: addAll(
      mapValues(old.importance, (x) => x.mul(gamma)),
      now.importance,
    ),
    values: now.values,
  };
}

/**
 * Synaptic intelligence, each step: the path integral `omega + (-g (after - before))`, how much each weight's move lowered
 * the loss. Consumes everything.
 *
 * @param omega the sum so far; zeros at the start of a task.
 * @param gradients of the step.
 * @param before parameters before the step.
 * @param after parameters after it.
 * @throws RangeError for groups that differ in names or shapes.
 * @see Zenke, Poole & Ganguli 2017, arXiv 1703.04200
 * @example
 * const next = pathIntegral(omega, gradients, paramsBefore, params);
 */
export function pathIntegral(
  omega: NamedArrays,
  gradients: NamedArrays,
  before: NamedArrays,
  after: NamedArrays,
): NamedArrays {
  checkSame("pathIntegral", "gradient", gradients, omega, "path integral");
  checkSame("pathIntegral", "parameter before", before, omega, "path integral");
  checkSame("pathIntegral", "parameter after", after, omega, "path integral");
  return mapValues(omega, (sum, name) => sum.sub(gradients[name]!.mul(after[name]!.sub(before[name]!))));
}

/**
 * Synaptic intelligence, at the end of a task: `max(0, omega) / ((after - before)^2 + damping)`, to add to the importance.
 * With `quadraticPenalty` the strength c of the paper is half the factor. Consumes everything.
 *
 * @param damping above 0.
 * @throws RangeError for another damping, and for groups that differ in names or shapes.
 * @example
 * const importance = pathImportance(omega, paramsBefore, params, 0.1);
 */
export function pathImportance(
  omega: NamedArrays,
  before: NamedArrays,
  after: NamedArrays,
  damping: number,
): NamedArrays {
  if (!(damping > 0))
    throw new RangeError(`pathImportance: damping must be a number above 0, not ${damping}.`);
  checkSame("pathImportance", "parameter before", before, omega, "path integral");
  checkSame("pathImportance", "parameter after", after, omega, "path integral");
  return mapValues(omega, (sum, name) =>
    np.maximum(sum, 0).div(np.square(after[name]!.sub(before[name]!)).add(damping)),
  );
}

function checkAnchor(where: string, { importance, values }: Anchor): void {
  checkSame(where, "value", values, importance, "importance");
}

function checkAnchors(where: string, a: Anchor, b: Anchor): void {
  checkAnchor(where, a);
  checkAnchor(where, b);
  checkSame(where, "importance", b.importance, a.importance, "earlier importance");
}

function mapValues(arrays: NamedArrays, fn: (x: np.Array, name: string) => np.Array): NamedArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, x]) => [name, fn(x, name)]));
}

function addAll(a: NamedArrays, b: NamedArrays): NamedArrays {
  return mapValues(a, (x, name) => x.add(b[name]!));
}
