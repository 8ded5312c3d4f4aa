import { numpy as np } from "@jax-js/jax";
import { categorical } from "hardgrad";
import { adam } from "../adam.ts";
import type { StepExperiment, StepInputs } from "../experiment.ts";
import { splitKey } from "../layers.ts";
import { learningRateAt } from "../schedules.ts";
import { check } from "./check.ts";
import { exportsOf } from "./exports.ts";
import { losses, oneHot } from "./losses.ts";
import { classCount, classify, initialParams, seen } from "./network.ts";
import { options } from "./options.ts";
import { card, evaluate, headline, metrics, pictures } from "./report.ts";
import { continuousTerms } from "./style.ts";

export const generator: StepExperiment = {
  name: "generator",
  title: "Digits on request: a generator whose digit is a hard choice",
  about:
    "A network learns to draw the digit that it is asked for. Its digit is a hard one-hot choice; where labels are missing the network makes it itself, and the estimators differ in the gradient they give to that choice.",
  options,
  recommended: () => ({ settings: {}, options: {} }),
  compared: ["reinmax", "straight-through-gumbel-softmax", "gumbel-softmax", "rloo", "exact"],
  check,
  init: initialParams,
  estimatorState: (estimator, settings) => {
    const shape = np.zeros([1, classCount(settings)]);
    const state = estimator.init(categorical(shape));
    shape.dispose();
    return state;
  },
  losses,
  optimizer: () => adam(),
  schedules: ({ step, totalSteps }, settings) => ({
    learningRate: learningRateAt(step, settings.learningRate as number, {
      warmUpSteps: 0,
      totalSteps,
      cosine: settings.schedule === "cosine",
    }),
  }),
  estimated: () => [],
  estimatedRate: () => 1,
  evaluations: {
    terms: (params, inputs, settings) => {
      const { images, labels, key } = inputs as StepInputs;
      const x = images.mul(1 / 255);
      const logits = classify(params, x.ref);
      const image = seen(params, x.ref);
      const size = settings.styleSize as number;
      const [k] = splitKey(key, 1) as [np.Array];
      const terms = continuousTerms(params, { x, image, y: oneHot(labels, settings), key: k, size });
      return {
        reconstruction: terms.reconstruction,
        divergence: terms.divergence,
        classes: np.argmax(logits, -1),
      };
    },
  },
  evaluate,
  headline,
  metrics,
  pictures,
  card,
  exports: exportsOf,
};
