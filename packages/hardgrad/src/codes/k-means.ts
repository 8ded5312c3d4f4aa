import { numpy as np, random } from "@jax-js/jax";
import { checkNames, wholeNumber } from "../arguments.ts";
import { withoutPadding } from "../padding.ts";
import { detach } from "../surrogate.ts";
import { nearestCode } from "./codebook.ts";
import { checkRows } from "./shapes.ts";
import { checkWeights, type VectorWeights, weightColumn, weightedOneHot } from "./weights.ts";

/** Options of `kMeansCodebook`. */
export interface KMeansOptions extends VectorWeights {
  /** Rounds, a whole number from 0 to 1000 (default 10); 0: vectors of the batch, as they are. */
  readonly rounds?: number;
}

/**
 * A first codebook by k-means: different vectors of the batch, drawn at random, then rounds in which each codeword becomes
 * the mean of the vectors that are nearest to it. A codeword that none is nearest to stays. No gradient.
 *
 * Call it once, with what the untrained encoder gives for some batches; then `startMovingCodebook`, or train the codebook.
 *
 * @param e vectors `[..., dimensions]`, as many as codes or more. Consumed, as the weights are.
 * @param codes how many, a whole number from 2 to 65536.
 * @param key consumed.
 * @returns `[codes, dimensions]`.
 * @throws RangeError for fewer vectors than codes, and for options out of range.
 * @see Zeghidour, Luebs, Omran, Skoglund & Tagliasacchi 2021 (SoundStream)
 * @example
 * const state = startMovingCodebook(kMeansCodebook(np.array([[0, 1], [0, 3], [9, 9]]), 2, key));
 */
export function kMeansCodebook(
  e: np.Array,
  codes: number,
  key: np.Array,
  options: KMeansOptions = {},
): np.Array {
  checkNames("kMeansCodebook", options, ["rounds", "weights"]);
  const { rounds = 10, weights } = options;
  checkRows("kMeansCodebook", "e", e, e.shape?.at(-1) ?? 1, "a number for each dimension");
  wholeNumber("kMeansCodebook", "codes", codes, 2, 65536);
  wholeNumber("kMeansCodebook", "rounds", rounds, 0, 1000);
  checkWeights("kMeansCodebook", e.shape.slice(0, -1), weights);
  const vectors = withoutPadding(detach(e).reshape([-1, e.shape.at(-1)!]), weights?.ref);
  if (vectors.shape[0]! < codes)
    throw new RangeError(
      `kMeansCodebook: ${vectors.shape[0]} vectors can't begin ${codes} codes; give as many or more, from several batches.`,
    );
  let codebook = vectors.ref.slice(firstRows(vectors.shape[0]!, codes, key, weights?.ref));
  for (let round = 0; round < rounds; round++) {
    const rows = weightedOneHot(nearestCode(vectors.ref, codebook.ref), codes, weights?.ref);
    const count = np.sum(rows.ref, 0).reshape([codes, 1]);
    const total = np.matmul(np.matrixTranspose(rows), vectors.ref);
    const none = np.equal(count.ref, 0);
    codebook = np.where(none.ref, codebook, total.div(np.where(none, 1, count)));
  }
  vectors.dispose();
  weights?.dispose();
  return codebook;
}

/** Places of the vectors that codewords begin at: different ones, and again from the first where too few have a weight. */
function firstRows(many: number, codes: number, key: np.Array, weights?: np.Array): np.Array {
  const lot = random.uniform(key, [many]);
  if (!weights) return np.argsort(lot, -1).slice([0, codes]);
  const real = np.greater(weightColumn(weights).reshape([many]), 0);
  const order = np.argsort(np.where(real.ref, lot, 2), -1);
  const count = np.maximum(np.sum(real.astype(np.int32)), 1);
  return order.slice(np.remainder(np.arange(codes).astype(np.int32), count));
}
