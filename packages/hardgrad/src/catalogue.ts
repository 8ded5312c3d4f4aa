import { arm } from "./estimators/arm.ts";
import { arms } from "./estimators/arms.ts";
import { categoricalDisarm } from "./estimators/categorical-disarm.ts";
import { darn } from "./estimators/darn.ts";
import { decoupledStraightThrough } from "./estimators/decoupled.ts";
import { disarm } from "./estimators/disarm.ts";
import { doubleCv } from "./estimators/double-cv.ts";
import { exact } from "./estimators/exact.ts";
import { fini2, fini3 } from "./estimators/fini.ts";
import { gappedStraightThrough } from "./estimators/gapped.ts";
import { gaussianGate, hardConcrete } from "./estimators/gates.ts";
import { gumbelRao } from "./estimators/gumbel-rao.ts";
import { gumbelSoftmax, straightThroughGumbelSoftmax } from "./estimators/gumbel-softmax.ts";
import { adaptiveImle, imle } from "./estimators/imle.ts";
import { localExpectation } from "./estimators/local-expectation.ts";
import { measureValued } from "./estimators/measure-valued.ts";
import { muprop } from "./estimators/muprop.ts";
import { mve } from "./estimators/mve.ts";
import {
  additiveNoise,
  multiplicativeNoise,
  noisyRectifier,
  stochasticTimesSmooth,
} from "./estimators/noise.ts";
import { nvil } from "./estimators/nvil.ts";
import { perturbedOptimizer } from "./estimators/perturbed.ts";
import { raoBlackwell } from "./estimators/rao-blackwell.ts";
import { rebar, relax } from "./estimators/rebar.ts";
import {
  reinforce,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinforceMovingAverage,
} from "./estimators/reinforce.ts";
import { reinmax, zgr } from "./estimators/reinmax.ts";
import { reinmaxCv, reinmaxRao } from "./estimators/reinmax-rao.ts";
import { rloo } from "./estimators/rloo.ts";
import { rodeo } from "./estimators/rodeo.ts";
import { simple } from "./estimators/simple.ts";
import { entmaxMarginal, sparsemaxMarginal } from "./estimators/sparse-marginal.ts";
import { stochasticTriples } from "./estimators/stochastic-triples.ts";
import {
  straightThrough,
  straightThroughHardSigmoid,
  straightThroughSigmoid,
} from "./estimators/straight-through.ts";
import {
  gumbelTopK,
  neuralSortTopK,
  relaxedSubsetSample,
  softSortTopK,
  softThresholdTopK,
} from "./estimators/top-k.ts";
import { unorderedSet } from "./estimators/unordered-set.ts";
import { vimco } from "./estimators/vimco.ts";
import type { Estimator } from "./types.ts";

/** One line of the catalogue. `create()` gives the estimator with its default options. */
export interface CatalogueEntry {
  readonly id: string;
  readonly create: (options?: { readonly [name: string]: unknown }) => Estimator;
}

/** Every estimator, in the order in which to read about them. Tests, CLI, documentation and lab come from it. */
export const catalogue: readonly CatalogueEntry[] = [
  { id: "exact", create: exact },
  { id: "local-expectation", create: localExpectation },
  { id: "measure-valued", create: measureValued },
  { id: "sparsemax-marginal", create: sparsemaxMarginal },
  { id: "entmax-marginal", create: entmaxMarginal },
  { id: "reinforce", create: reinforce },
  { id: "reinforce-moving-average", create: reinforceMovingAverage },
  { id: "reinforce-leave-one-out", create: reinforceLeaveOneOut },
  { id: "reinforce-minimum-variance", create: reinforceMinimumVariance },
  { id: "nvil", create: nvil },
  { id: "rloo", create: rloo },
  { id: "vimco", create: vimco },
  { id: "unordered-set", create: unorderedSet },
  { id: "rao-blackwell", create: raoBlackwell },
  { id: "arm", create: arm },
  { id: "disarm", create: disarm },
  { id: "arms", create: arms },
  { id: "categorical-disarm", create: categoricalDisarm },
  { id: "muprop", create: muprop },
  { id: "double-cv", create: doubleCv },
  { id: "rodeo", create: rodeo },
  { id: "rebar", create: rebar },
  { id: "relax", create: relax },
  { id: "stochastic-triples", create: stochasticTriples },
  { id: "straight-through", create: straightThrough },
  { id: "straight-through-sigmoid", create: straightThroughSigmoid },
  { id: "straight-through-hard-sigmoid", create: straightThroughHardSigmoid },
  { id: "darn", create: darn },
  { id: "reinmax", create: reinmax },
  { id: "zgr", create: zgr },
  { id: "mve", create: mve },
  { id: "fini-2", create: fini2 },
  { id: "fini-3", create: fini3 },
  { id: "reinmax-rao", create: reinmaxRao },
  { id: "reinmax-cv", create: reinmaxCv },
  { id: "simple", create: simple },
  { id: "gumbel-softmax", create: gumbelSoftmax },
  { id: "straight-through-gumbel-softmax", create: straightThroughGumbelSoftmax },
  { id: "decoupled-straight-through", create: decoupledStraightThrough },
  { id: "gumbel-rao", create: gumbelRao },
  { id: "gapped-straight-through", create: gappedStraightThrough },
  { id: "hard-concrete", create: hardConcrete },
  { id: "gaussian-gate", create: gaussianGate },
  { id: "relaxed-subset", create: relaxedSubsetSample },
  { id: "gumbel-top-k", create: gumbelTopK },
  { id: "neuralsort-top-k", create: neuralSortTopK },
  { id: "softsort-top-k", create: softSortTopK },
  { id: "soft-threshold-top-k", create: softThresholdTopK },
  { id: "imle", create: imle },
  { id: "adaptive-imle", create: adaptiveImle },
  { id: "perturbed-optimizer", create: perturbedOptimizer },
  { id: "stochastic-times-smooth", create: stochasticTimesSmooth },
  { id: "noisy-rectifier", create: noisyRectifier },
  { id: "additive-noise", create: additiveNoise },
  { id: "multiplicative-noise", create: multiplicativeNoise },
];

/** The entry of an id, or undefined. */
export function findEstimator(id: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.id === id);
}
