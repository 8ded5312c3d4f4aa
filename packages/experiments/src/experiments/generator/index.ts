import { numpy as np } from "@jax-js/jax";
import { bernoulli, categorical } from "hardgrad";
import type { HostArrays } from "../../contract/backend.ts";
import type { ImageShape } from "../../contract/dataset.ts";
import type { StepExperiment } from "../../contract/experiment.ts";
import { deformAll } from "../../data/deform.ts";
import { adam } from "../../nn/adam.ts";
import { card } from "./card.ts";
import { advice, check } from "./check.ts";
import { evaluations } from "./evaluations.ts";
import { labelledBatches } from "./labelled.ts";
import { loadGenerator } from "./load.ts";
import { losses } from "./losses.ts";
import { models } from "./models.ts";
import { initialParams, namesOfPart } from "./network.ts";
import { options } from "./options.ts";
import { pictures } from "./pictures.ts";
import { recommended } from "./recommended.ts";
import { evaluate, headline, metrics } from "./report.ts";
import { schedules } from "./schedules.ts";

/**
 * A variational autoencoder whose code is a hard one-hot digit y and a style z, with a learned prior of the style:
 * `E_q[-log p(x | y, z)] + beta KL(q(z | x, y) | p(z | y)) + KL(q(y | x) | uniform)`. Where labels are missing, y is a
 * hard sample and its classifier learns through the estimator; so do the bits of a binary style.
 */
export const generator: StepExperiment<typeof options> = {
  name: "generator",
  title: "Digits on request: a generator whose digit is a hard choice",
  about:
    "A network learns to draw the digit that it is asked for. The digit is a hard one-hot choice; where labels are missing the network makes it itself, and the estimators differ in the gradient they give to that choice.",
  options,
  recommended,
  // Plain straight-through loses the digits in unsupervised mode.
  estimator: () => "straight-through-gumbel-softmax",
  compared: [
    "reinmax",
    "straight-through-gumbel-softmax",
    "gumbel-softmax",
    "straight-through",
    "rloo",
    "reinforce-moving-average",
    "exact",
  ],
  check,
  advice,
  init: initialParams,
  inputs: (dataset, settings, seed) => {
    if (settings.mode === "supervised") return () => ({});
    const labelled =
      settings.mode === "semi-supervised" ? labelledBatches(dataset, settings, seed) : undefined;
    const shape = dataset.shape as ImageShape;
    const deformed = new Uint8Array(settings.batch * dataset.train.size);
    return ({ images }, step): HostArrays => {
      deformAll(images.data, deformed, shape, seed, step);
      return { deformed: { shape: images.shape, data: deformed }, ...labelled?.(step) };
    };
  },
  estimatorState: (estimator, settings) => {
    const onDigit = settings.mode !== "supervised";
    if (!onDigit && settings.style === "continuous") return {};
    const shape = np.zeros([1, onDigit ? settings.classes : settings.styleSize]);
    const state = estimator.init((onDigit ? categorical : bernoulli)(shape));
    shape.dispose();
    return state;
  },
  losses,
  optimizer: () => adam(),
  schedules,
  estimated: (settings) => ({
    parameters: [
      ...(settings.mode === "supervised" ? [] : namesOfPart("classifier", settings)),
      ...(settings.style === "binary" ? [...namesOfPart("encoder", settings), "bits.w1", "bits.b1"] : []),
    ],
  }),
  evaluations,
  evaluate,
  headline,
  metrics,
  pictures,
  card,
  models,
  draw: loadGenerator,
};
