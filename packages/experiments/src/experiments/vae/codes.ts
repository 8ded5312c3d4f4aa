import { numpy as np, random } from "@jax-js/jax";
import {
  codebookLoss,
  codeVectors,
  commitmentLoss,
  diveq,
  fsq,
  fsqCodes,
  fsqIndices,
  lfq,
  lfqCodes,
  lfqEntropies,
  lfqIndices,
  type NamedArrays,
  nearestCode,
  rotationTrick,
  straightThroughCode,
} from "hardgrad";
import { readSizes } from "../../contract/options.ts";
import { codebookOf } from "./codebook.ts";
import type { VaeSettings } from "./options.ts";

/** Latents that are codes: chosen without chance, so that nothing is estimated. */

/** What a batch is coded as. */
export interface Coded {
  /** What the decoder sees, `[batch, variables, width]`. */
  readonly codes: np.Array;
  /** What is added to each example's loss, a scalar or `[batch]`. */
  readonly penalty: np.Array;
  /** vq: the numbers of the codewords, `[batch, variables]`. */
  readonly indices?: np.Array;
}

/** Whether the latents are codes, not random variables. */
export const areCodes = ({ latents }: VaeSettings): boolean =>
  latents === "fsq" || latents === "lfq" || latents === "vq";

const levelsOf = (settings: VaeSettings): number[] => readSizes(settings.levels)!;

/** Numbers of one code, and what the encoder gives for it. */
export function codeWidth(settings: VaeSettings): number {
  if (settings.latents === "fsq") return levelsOf(settings).length;
  return settings.latents === "lfq" ? settings.bits : settings.dimensions;
}

/** How many codes a variable has. */
export function codeCount(settings: VaeSettings): number {
  if (settings.latents === "fsq") return levelsOf(settings).reduce((product, l) => product * l, 1);
  return settings.latents === "lfq" ? 2 ** settings.bits : settings.codes;
}

/**
 * What is coded: the encoder's numbers, of each example with mean 0 and variance 1. What an untrained encoder gives is nearly
 * the same for all examples: they would have one code, and one gradient that drives all of them away. Consumes e.
 */
export function standardized(e: np.Array): np.Array {
  const away = e.ref.sub(np.mean(e, [1, 2], { keepdims: true }));
  const variance = np.mean(np.square(away.ref), [1, 2], { keepdims: true });
  return away.div(np.sqrt(variance.add(1e-5)));
}

/** The codes of what `standardized` gives, with a gradient. Consumes e, keeps the parameters. */
export function codeLatents(params: NamedArrays, e: np.Array, settings: VaeSettings): Coded {
  if (settings.latents === "fsq") return { codes: fsq(e, levelsOf(settings)), penalty: np.array(0) };
  if (settings.latents === "lfq") return lookupFree(e, settings);
  const indices = nearestCode(e.ref, codebookOf(params, settings));
  const q = codeVectors(codebookOf(params, settings), indices.ref);
  const { method, commitment, codebookWeight } = settings;
  if (method === "diveq") return { codes: diveq(e, q), penalty: np.array(0), indices };
  const held = commitmentLoss(e.ref, q.ref).mul(commitment);
  const moved = settings.codebookUpdate === "gradient" ? held.add(codebookLoss(e.ref, q.ref)) : held;
  const penalty = np.sum(moved, -1).mul(codebookWeight);
  return { codes: method === "rotation" ? rotationTrick(e, q) : straightThroughCode(e, q), penalty, indices };
}

function lookupFree(e: np.Array, settings: VaeSettings): Coded {
  const { spherical, entropyWeight, inverseTemperature } = settings;
  if (entropyWeight === 0) return { codes: lfq(e, { spherical }), penalty: np.array(0) };
  const { sample, batch } = lfqEntropies(e.ref, { spherical, inverseTemperature });
  return { codes: lfq(e, { spherical }), penalty: sample.sub(batch).mul(entropyWeight) };
}

/** The codes and their numbers, without a loss. Consumes e, keeps the parameters. */
export function numbered(
  params: NamedArrays,
  e: np.Array,
  settings: VaeSettings,
): { codes: np.Array; indices: np.Array } {
  if (settings.latents === "fsq") {
    const codes = fsq(e, levelsOf(settings));
    return { codes: codes.ref, indices: fsqIndices(codes, levelsOf(settings)) };
  }
  if (settings.latents === "lfq") {
    const codes = lfq(e, { spherical: settings.spherical });
    return { codes: codes.ref, indices: lfqIndices(codes) };
  }
  const indices = nearestCode(e, codebookOf(params, settings));
  return { codes: codeVectors(codebookOf(params, settings), indices.ref), indices };
}

/** Codes `[count, variables, width]`, each drawn from all of them alike. Consumes the key. */
export function randomCodes(
  params: NamedArrays,
  key: np.Array,
  count: number,
  settings: VaeSettings,
): np.Array {
  const codes = codeCount(settings);
  const drawn = np.floor(random.uniform(key, [count, settings.variables]).mul(codes));
  const indices = np.minimum(drawn, codes - 1).astype(np.int32);
  if (settings.latents === "fsq") return fsqCodes(indices, levelsOf(settings));
  if (settings.latents === "lfq") return lfqCodes(indices, settings.bits, { spherical: settings.spherical });
  return codeVectors(codebookOf(params, settings), indices);
}
