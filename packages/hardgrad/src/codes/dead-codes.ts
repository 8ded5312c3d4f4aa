import { numpy as np, random } from "@jax-js/jax";
import { checkNames } from "../arguments.ts";
import { detach } from "../surrogate.ts";
import type { CodebookState } from "./moving-codebook.ts";
import { checkCodebook, checkRows, checkState } from "./shapes.ts";
import { checkWeights, type VectorWeights, weightColumn } from "./weights.ts";

/**
 * Codes whose moving count is below the threshold become random vectors of this batch, with the threshold as their count:
 * one rule for codebooks that learn by a gradient (`moveCounts` counts) and for moving averages, whose sum becomes
 * `threshold vector`. Two codes may get the same vector: the second stays unused and is replaced again.
 *
 * The threshold must be well below vectors per batch / codes, the count of a code when all are used alike.
 *
 * @param state `{ codebook, count }`, and `sum` if there is one. Consumed.
 * @param e this batch's vectors `[..., dimensions]`. Consumed.
 * @param key consumed.
 * @param threshold 0 to 1e6 (default 2); 0 replaces none.
 * @param given.weights a weight per vector, `[...]`: one of 0 is padding and never drawn; where all are 0, none is replaced.
 * @returns the state, and ones `[codes]` where a code is new, else zeros.
 * @throws RangeError for a threshold out of range, an empty batch, vectors of another length, and a state whose shapes do not fit.
 * @see Dhariwal et al. 2020 (random restarts)
 * @example
 * const state = { codebook: np.array([[0, 0], [9, 9]]), count: np.array([5, 0.1]) };
 * const { replaced } = replaceDeadCodes(state, np.array([[1, 2]]), key, 1);
 * replaced; // [0, 1]
 */
export function replaceDeadCodes<S extends CodebookState>(
  state: S,
  e: np.Array,
  key: np.Array,
  threshold = 2,
  given: VectorWeights = {},
): { state: S; replaced: np.Array } {
  if (!(threshold >= 0 && threshold <= 1e6))
    throw new RangeError(
      `replaceDeadCodes: the threshold must be a number of vectors from 0 to 1e6, not ${threshold}.`,
    );
  const { codebook, count, sum } = state;
  checkCodebook("replaceDeadCodes", codebook);
  const [codes, dimensions] = codebook.shape as [number, number];
  checkState("replaceDeadCodes", codebook, count, sum);
  checkRows("replaceDeadCodes", "e", e, dimensions, "the dimensions of the codebook");
  checkNames("replaceDeadCodes", given, ["weights"]);
  const { weights } = given;
  checkWeights("replaceDeadCodes", e.shape.slice(0, -1), weights);
  const rows = detach(e).reshape([-1, dimensions]);
  const many = rows.shape[0]!;
  if (many === 0)
    throw new RangeError(
      `replaceDeadCodes: e of shape [${e.shape}] holds no vectors; leave an empty batch out.`,
    );
  const real = realRows(many, weights);
  const drawn = np.floor(random.uniform(key, [codes]).mul(real?.count.ref ?? many));
  // A uniform number next to 1 may round up to it.
  const last = real ? np.maximum(real.count.ref.sub(1), 0) : many - 1;
  const places = np.minimum(drawn, last).astype(np.int32);
  const vectors = rows.slice(real ? real.order.slice(places) : places);
  const below = np.less(count.ref, threshold);
  const dead = real ? np.logicalAnd(below, np.greater(real.count, 0)) : below;
  const row = dead.ref.reshape([codes, 1]);
  const next = {
    codebook: np.where(row.ref, vectors.ref, codebook),
    count: np.where(dead.ref, threshold, count),
    ...(sum && { sum: np.where(row.ref, vectors.ref.mul(threshold), sum) }),
  };
  row.dispose();
  vectors.dispose();
  return { state: next as unknown as S, replaced: dead.astype(np.float32) };
}

/** Rows that have a weight, before those that have none, and how many they are. Consumes the weights. */
function realRows(many: number, weights?: np.Array): { order: np.Array; count: np.Array } | undefined {
  if (!weights) return undefined;
  const real = np.greater(weightColumn(weights).reshape([many]), 0).astype(np.float32);
  return { order: np.argsort(np.negative(real.ref), -1), count: np.sum(real) };
}
