import { doubleCv } from "./estimators/control-variate/double-cv.ts";
import { muprop } from "./estimators/control-variate/muprop.ts";
import { rebar, relax } from "./estimators/control-variate/rebar.ts";
import { rodeo } from "./estimators/control-variate/rodeo.ts";
import { arm } from "./estimators/coupled-samples/arm.ts";
import { arms } from "./estimators/coupled-samples/arms.ts";
import { categoricalDisarm } from "./estimators/coupled-samples/categorical-disarm.ts";
import { disarm } from "./estimators/coupled-samples/disarm.ts";
import { exact } from "./estimators/exact/exact.ts";
import { localExpectation } from "./estimators/exact/local-expectation.ts";
import { measureValued } from "./estimators/exact/measure-valued.ts";
import { entmaxMarginal, sparsemaxMarginal } from "./estimators/exact/sparse-marginal.ts";
import {
  additiveNoise,
  multiplicativeNoise,
  noisyRectifier,
  stochasticTimesSmooth,
} from "./estimators/noise/noise.ts";
import { adaptiveImle, imle } from "./estimators/perturbation/imle.ts";
import { perturbedOptimizer } from "./estimators/perturbation/perturbed.ts";
import { stochasticTriples } from "./estimators/perturbation/stochastic-triples.ts";
import { decoupledStraightThrough } from "./estimators/relaxation/decoupled.ts";
import { gappedStraightThrough } from "./estimators/relaxation/gapped.ts";
import { gaussianGate, hardConcrete } from "./estimators/relaxation/gates.ts";
import { gumbelRao } from "./estimators/relaxation/gumbel-rao.ts";
import { gumbelSoftmax, straightThroughGumbelSoftmax } from "./estimators/relaxation/gumbel-softmax.ts";
import {
  gumbelTopK,
  neuralSortTopK,
  relaxedSubsetSample,
  softSortTopK,
  softThresholdTopK,
} from "./estimators/relaxation/top-k.ts";
import { nvil } from "./estimators/score-function/nvil.ts";
import { raoBlackwell } from "./estimators/score-function/rao-blackwell.ts";
import {
  reinforce,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinforceMovingAverage,
} from "./estimators/score-function/reinforce.ts";
import { rloo } from "./estimators/score-function/rloo.ts";
import { unorderedSet } from "./estimators/score-function/unordered-set.ts";
import { vimco } from "./estimators/score-function/vimco.ts";
import { darn } from "./estimators/straight-through/darn.ts";
import { fini2, fini3 } from "./estimators/straight-through/fini.ts";
import { mve } from "./estimators/straight-through/mve.ts";
import { reinmax, zgr } from "./estimators/straight-through/reinmax.ts";
import { reinmaxCv, reinmaxRao } from "./estimators/straight-through/reinmax-rao.ts";
import { simple } from "./estimators/straight-through/simple.ts";
import {
  straightThrough,
  straightThroughHardSigmoid,
  straightThroughSigmoid,
} from "./estimators/straight-through/straight-through.ts";
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

/**
 * The entry of an id, or undefined.
 *
 * @example
 * const { create } = findEstimator("rloo");
 * const estimator = create({ samples: 8 });
 */
export function findEstimator(id: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.id === id);
}
