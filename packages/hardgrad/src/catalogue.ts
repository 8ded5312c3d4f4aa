import { disarm } from "./estimators/disarm.ts";
import { exact } from "./estimators/exact.ts";
import { gumbelSoftmax, straightThroughGumbelSoftmax } from "./estimators/gumbel-softmax.ts";
import {
  additiveNoise,
  multiplicativeNoise,
  noisyRectifier,
  stochasticTimesSmooth,
} from "./estimators/noise.ts";
import {
  reinforce,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinforceMovingAverage,
} from "./estimators/reinforce.ts";
import { reinmax, zgr } from "./estimators/reinmax.ts";
import { rloo } from "./estimators/rloo.ts";
import {
  straightThrough,
  straightThroughHardSigmoid,
  straightThroughSigmoid,
} from "./estimators/straight-through.ts";
import type { Estimator } from "./types.ts";

/** One line of the catalogue. `create()` gives the estimator with its default options. */
export interface CatalogueEntry {
  readonly id: string;
  readonly create: (options?: { readonly [name: string]: unknown }) => Estimator;
}

/** Every estimator, in the order in which to read about them. Tests, CLI, documentation and lab come from it. */
export const catalogue: readonly CatalogueEntry[] = [
  { id: "exact", create: exact },
  { id: "reinforce", create: reinforce },
  { id: "reinforce-moving-average", create: reinforceMovingAverage },
  { id: "reinforce-leave-one-out", create: reinforceLeaveOneOut },
  { id: "reinforce-minimum-variance", create: reinforceMinimumVariance },
  { id: "rloo", create: rloo },
  { id: "disarm", create: disarm },
  { id: "straight-through", create: straightThrough },
  { id: "straight-through-sigmoid", create: straightThroughSigmoid },
  { id: "straight-through-hard-sigmoid", create: straightThroughHardSigmoid },
  { id: "reinmax", create: reinmax },
  { id: "zgr", create: zgr },
  { id: "gumbel-softmax", create: gumbelSoftmax },
  { id: "straight-through-gumbel-softmax", create: straightThroughGumbelSoftmax },
  { id: "stochastic-times-smooth", create: stochasticTimesSmooth },
  { id: "noisy-rectifier", create: noisyRectifier },
  { id: "additive-noise", create: additiveNoise },
  { id: "multiplicative-noise", create: multiplicativeNoise },
];

/** The entry of an id, or undefined. */
export function findEstimator(id: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.id === id);
}
