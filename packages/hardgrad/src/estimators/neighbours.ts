import { numpy as np } from "@jax-js/jax";
import { evaluate } from "../checks.ts";
import { detach } from "../surrogate.ts";
import type { Distribution, Objective } from "../types.ts";
import { row } from "./parts.ts";

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

/** `[variables, ...sample.shape]`: the sample with one variable at a time taken from `changed`. Consumes both. */
export function oneAtATime(q: Distribution, sample: np.Array, changed: np.Array): np.Array {
  const mask = oneVariable(q, sample.ndim);
  return sample.ref.add(mask.mul(changed.sub(sample)));
}

/**
 * f at the sample and at the neighbours that each of `changes` makes, in one call. Evaluations:
 * 1 + variables * changes.
 *
 * @returns losses `[...batch]`, attached; and per change `[...batch, variables]`, detached.
 */
export function neighbourLosses(
  name: string,
  q: Distribution,
  f: Objective,
  sample: np.Array,
  changes: readonly np.Array[],
): { losses: np.Array; changed: np.Array[] } {
  const own = sample.ref.reshape([1, ...sample.shape]);
  const neighbours = changes.map((change) => oneAtATime(q, sample.ref, change));
  sample.dispose();
  const all = evaluate(name, q, f, np.concatenate([own, ...neighbours], 0));
  const count = variableCount(q);
  const pieces = np.split(
    all,
    changes.map((_, i) => 1 + i * count),
    0,
  );
  return {
    losses: row(pieces[0]!, 0),
    changed: pieces.slice(1).map((piece) => np.moveaxis(detach(piece), 0, -1)),
  };
}

/** Every other value of a one-hot variable: the sample rolled by 1, ..., C - 1. Does not consume the sample. */
export function otherCategories(sample: np.Array): np.Array[] {
  const categories = sample.shape.at(-1)!;
  return Array.from({ length: categories - 1 }, (_, r) => np.roll(sample.ref, r + 1, -1));
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
  changed: readonly np.Array[],
): np.Array {
  const count = variableCount(q);
  const spread = np.broadcastTo(own.reshape([...own.shape, 1]), [...own.shape, count]);
  let table = overVariables(q, spread).mul(sample.ref);
  changed.forEach((losses, r) => {
    table = table.add(overVariables(q, losses).mul(np.roll(sample.ref, r + 1, -1)));
  });
  sample.dispose();
  return table;
}
