import { numpy as np, tree } from "@jax-js/jax";
import { linearSchedule, type NamedArrays, oneHotOf, type UpdateRule } from "hardgrad";
import type { StepExperiment, StepInputs } from "../../contract/experiment.ts";
import { imageInput } from "../../contract/models.ts";
import { adam } from "../../nn/adam.ts";
import { classOutputs, fromScores, refuseUnlabelled } from "../../nn/classify.ts";
import { hardPath } from "../../nn/hard-path.ts";
import { crossEntropy } from "../../nn/layers.ts";
import { map } from "../../nn/named-arrays.ts";
import { greyValues } from "../../nn/normalize.ts";
import { card } from "./card.ts";
import {
  floatScores,
  hardScores,
  hardUnits,
  initialParams,
  isBinary,
  isNormalized,
  scoresOf,
  unitsOf,
} from "./network.ts";
import { options } from "./options.ts";
import { calibrate, evaluate, headline, pictures } from "./report.ts";
import { runtimeOf } from "./runtime.ts";

/** A binary network (Courbariaux & Bengio 2016, arXiv 1602.02830): weights and hidden units are -1 or 1. */
export const binary: StepExperiment<typeof options> = {
  name: "binary",
  title: "Network of binary weights and units",
  about:
    "Weights and hidden units are -1 or 1, so that a bit holds each and a sum is a count of bits. The estimators differ in the gradient they give through the hidden units; weights learn straight through their signs. With `--form rounded` they have 2 to 8 bits and a rounding of their own, which no estimator trains.",
  options,
  recommended: () => ({ settings: {}, options: {} }),
  compared: ["straight-through-sigmoid", "straight-through", "reinmax"],
  estimated: () => ({ parameters: ["w1", "w2"] }),
  check: (estimator, _settings, dataset) => {
    refuseUnlabelled("binary", dataset);
    if (!hardPath(estimator))
      throw new RangeError(
        `binary: hidden units are thresholds, not samples, so ${estimator.id} can't train them; use straight-through-sigmoid, straight-through, reinmax or zgr.`,
      );
  },
  init: initialParams,
  estimatorState: () => ({}),
  losses: (params, { images, labels, key }, estimator, state, settings) => {
    key.dispose();
    const grey = greyValues(images);
    const scores = isNormalized(settings)
      ? hardScores(params, grey, settings, "batch", unitsOf(estimator))
      : floatScores(params, grey);
    tree.dispose(params);
    const wanted = oneHotOf(labels.astype(np.int32), scores.shape.at(-1)!);
    return { losses: crossEntropy(scores, wanted), state };
  },
  optimizer: (settings) => (isBinary(settings) ? clipped(adam()) : adam()),
  schedules: ({ step, totalSteps }, settings) => ({
    learningRate: linearSchedule({ from: settings.learningRate, to: 0, steps: totalSteps }).at(step),
  }),
  evaluations: {
    classes: (params, inputs, settings) => {
      const scores = scoresOf(params, greyOf(inputs), settings);
      tree.dispose(params);
      return { classes: np.argmax(scores, -1) };
    },
    moments: (params, inputs, settings) => {
      const moments: NamedArrays = {};
      const grey = greyOf(inputs);
      hardScores(params, grey, settings, "batch", hardUnits, (i, mean, variance) => {
        moments[`mean${i}`] = mean;
        moments[`variance${i}`] = variance;
      }).dispose();
      tree.dispose(params);
      return moments;
    },
  },
  calibrate,
  evaluate,
  headline,
  metrics: [],
  pictures,
  card,
  models: (settings, form) => ({
    classifier: {
      doc: "From an image to its class.",
      inputs: { image: imageInput(form.shape) },
      outputs: classOutputs(form),
      fn: (params: NamedArrays, { image }: NamedArrays): NamedArrays =>
        fromScores(scoresOf(params, image!, settings)),
    },
  }),
  runtime: runtimeOf,
};

function greyOf(inputs: NamedArrays): np.Array {
  const { images, labels, key } = inputs as StepInputs;
  labels.dispose();
  key.dispose();
  return greyValues(images);
}

/** Weights beyond -1 and 1 have no gradient through their signs any more, so they are kept within. */
function clipped(optimizer: UpdateRule): UpdateRule {
  return {
    init: optimizer.init,
    update: (...args) => {
      const next = optimizer.update(...args);
      return {
        state: next.state,
        params: map(next.params, (x, name) => (name.startsWith("w") ? np.clip(x, -1, 1) : x)),
      };
    },
  };
}
