import { numpy as np } from "@jax-js/jax";
import { type LearnedRounding, lsq, type NamedArrays, roundBits, stableQat } from "hardgrad";
import type { BinarySettings } from "./options.ts";

/** Weights and units of a few bits: by fixed levels, or by steps that are learned, `weightStep1` and `unitStep1` for layer 1. */

type Part = "weight" | "unit";

/** Absent: fixed levels. Weights have signed codes, units codes from 0 up. */
export function learnedOf(part: Part, { bits, rounding }: BinarySettings): LearnedRounding | undefined {
  const options = { bits, signed: part === "weight" };
  if (rounding === "dorefa") return undefined;
  if (rounding === "lsq") return lsq(options);
  return stableQat({ ...options, normalize: rounding === "stable-qat-normalized" });
}

/** The mean size of a number of mean 0 and variance 1, as normalized sums are at first. */
const MEAN_SIZE = Math.sqrt(2 / Math.PI);

/** The steps to start from. Keeps the parameters. */
export function initialSteps(params: NamedArrays, settings: BinarySettings): NamedArrays {
  const [forWeights, forUnits] = [learnedOf("weight", settings), learnedOf("unit", settings)];
  if (!forWeights || !forUnits) return {};
  const steps: NamedArrays = {};
  const layers = Object.keys(params).filter((name) => /^w\d$/.test(name)).length;
  for (let i = 1; i <= layers; i++) {
    steps[`weightStep${i}`] = forWeights.init(params[`w${i}`]!.ref);
    if (i < layers) steps[`unitStep${i}`] = forUnits.init(np.array([MEAN_SIZE]));
  }
  return steps;
}

/** The rounded weights of a layer. Keeps the parameters. */
export function roundedWeights(params: NamedArrays, layer: number, settings: BinarySettings): np.Array {
  const weights = params[`w${layer}`]!.ref;
  const learned = learnedOf("weight", settings);
  return learned
    ? learned.apply(weights, params[`weightStep${layer}`]!.ref)
    : roundBits({ bits: settings.bits, of: "weights" }).apply(weights);
}

/** Rounded units of normalized sums, which are none below 0. Keeps the parameters, consumes the sums. */
export function roundedUnits(
  params: NamedArrays,
  layer: number,
  z: np.Array,
  settings: BinarySettings,
): np.Array {
  const learned = learnedOf("unit", settings);
  return learned
    ? learned.apply(z, params[`unitStep${layer}`]!.ref)
    : roundBits({ bits: settings.bits }).apply(z);
}

/** The float32 step that a kept one stands for: none is smaller than 1e-5. */
export const usedStep = (step: number): number => Math.max(step, Math.fround(1e-5));
