import { numpy as np } from "@jax-js/jax";
import { oneHotOf } from "../../distributions/one-hot.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, Objective } from "../../types.ts";
import { checkCategories } from "./category-limit.ts";
import { row } from "./rows.ts";

/** Samples that differ from the one drawn in a single variable, and f there. */

/** The number of variables that can be changed one at a time. */
export function variableCount(q: Distribution): number {
  return q.kind === "categorical" && q.eventShape.length === 1 ? 1 : (q.eventShape[0] ?? 0);
}

/** 1 on variable i, for i on a new first axis: `[variables, 1, ..., event or ones]`. */
function oneVariable(q: Distribution, rank: number): np.Array {
  const count = variableCount(q);
  if (q.kind !== "categorical") return np.eye(count).reshape([count, ...Array(rank - 1).fill(1), count]);
  if (q.eventShape.length === 1) return np.ones([1, ...Array(rank).fill(1)]);
  return np.eye(count).reshape([count, ...Array(rank - 2).fill(1), count, 1]);
}

/** `[variables, ...changed.shape]`: the sample with one variable at a time taken from `changed`. Consumes both. */
export function oneAtATime(q: Distribution, sample: np.Array, changed: np.Array): np.Array {
  const mask = oneVariable(q, changed.ndim);
  return sample.ref.add(mask.mul(changed.sub(sample)));
}

/**
 * f at the sample and at the neighbours that each of `changes` makes, in one call. Evaluations:
 * 1 + variables * changes. Consumes sample and changes.
 *
 * @param changes `[changes, ...sample.shape]`.
 * @returns losses `[...batch]`, attached; and `[changes, ...batch, variables]`, detached.
 */
export function neighbourLosses(
  q: Distribution,
  f: Objective,
  sample: np.Array,
  changes: np.Array,
): { losses: np.Array; changed: np.Array } {
  const { shape } = sample;
  const count = variableCount(q);
  const size = changes.shape[0]!;
  const own = sample.ref.reshape([1, ...shape]);
  const neighbours = oneAtATime(q, sample, changes).reshape([count * size, ...shape]);
  const all = f(np.concatenate([own, neighbours], 0));
  const [first, others] = np.split(all, [1], 0) as [np.Array, np.Array];
  const changed = detach(others).reshape([count, size, ...q.batchShape]);
  return { losses: row(first, 0), changed: np.moveaxis(changed, 0, -1) };
}

/** Refuses more categories than f can be evaluated at. */
export function checkNeighbours(name: string, q: Distribution): void {
  checkCategories(name, q, 4096, "f would be evaluated at each of them");
}

/**
 * Every other value of a one-hot variable, the sample rolled by 1, ..., C - 1: `[C - 1, ...sample.shape]`. Does not
 * consume the sample.
 */
export function otherCategories(sample: np.Array): np.Array {
  const categories = sample.shape.at(-1)!;
  const own = np.argmax(sample.ref, -1);
  const steps = np.arange(1, categories).reshape([categories - 1, ...own.shape.map(() => 1)]);
  return oneHotOf(own.add(steps).mod(categories), categories);
}

/** One number per example and variable, spread over the categories. Consumes x `[...batch, variables]`. */
export function overVariables(q: Distribution, x: np.Array): np.Array {
  if (q.kind !== "categorical") return x;
  return q.eventShape.length === 1 ? x : x.reshape([...x.shape, 1]);
}

/**
 * f for every category of every variable, `[...batch, ...event]`: from the losses at the sample and at the rolled
 * samples. Consumes sample, own and changed.
 */
export function categoryLosses(
  q: Distribution,
  sample: np.Array,
  own: np.Array,
  changed: np.Array,
): np.Array {
  const count = variableCount(q);
  const spread = np.broadcastTo(own.reshape([...own.shape, 1]), [...own.shape, count]);
  const here = np.greater(otherCategories(sample), 0.5);
  const others = np.sum(np.where(here, overVariables(q, changed), 0), 0);
  return overVariables(q, spread).mul(sample).add(others);
}
