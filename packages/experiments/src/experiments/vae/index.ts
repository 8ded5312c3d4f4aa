import { numpy as np } from "@jax-js/jax";
import { type Objective, statefulExpectation } from "hardgrad";
import type { Schedules, StepExperiment, StepInputs } from "../../contract/experiment.ts";
import { bernoulliLoss } from "../../nn/layers.ts";
import { learningRateAt } from "../../nn/schedules.ts";
import { annealedTemperature } from "../../nn/temperature-options.ts";
import { optimizerOf } from "../../nn/training-options.ts";
import { check } from "./check.ts";
import { followed, learning } from "./codebook.ts";
import { areCodes } from "./codes.ts";
import {
  codeLosses,
  codeTerms,
  divergence,
  dream,
  logRatio,
  pixelsOf,
  reconstruct,
  sampleTerms,
} from "./losses.ts";
import { models } from "./models.ts";
import { decode, encode, encoderNames, initialParams, latentShape, latents } from "./network.ts";
import { options } from "./options.ts";
import { recommended } from "./published.ts";
import { card, evaluate, headline, metrics, PRIOR_SAMPLES, pictures } from "./report.ts";

/**
 * A variational autoencoder with discrete latents: `-ELBO = E_q[-log p(x|z)] + KL(q(z|x) | uniform)`.
 * The encoder learns through the estimator, whose objective is `-log p(x|z)`; the divergence is added in closed form.
 * With latents that are codes (fsq, lfq, vq) nothing is estimated: the gradient passes through the choice of the code.
 * With VIMCO the target is the importance-weighted bound of its K samples instead.
 */
export const vae: StepExperiment<typeof options> = {
  name: "vae",
  title: "Variational autoencoder with discrete latents",
  about:
    "A variational autoencoder whose code is discrete learns to describe images. The estimators differ only in the gradient they give to the encoder.",
  options,
  recommended,
  compared: [
    "reinmax",
    "gumbel-rao",
    "straight-through-gumbel-softmax",
    "straight-through-sigmoid",
    "gumbel-softmax",
    "rloo",
    "reinforce-moving-average",
  ],
  check,
  init: initialParams,
  estimatorState: (estimator, settings) => {
    if (areCodes(settings)) return {};
    const shape = np.zeros([1, ...latentShape(settings)]);
    const state = estimator.init(latents(shape, settings));
    shape.dispose();
    return state;
  },
  losses: (params, inputs, estimator, state, settings) => {
    if (areCodes(settings)) return { ...codeLosses(params, inputs, settings), state };
    const { x, key } = pixelsOf(inputs, settings);
    const logits = encode(params, x.ref, settings);
    const q = latents(logits, settings);
    // By reference, because some estimators evaluate f more than once.
    const f: Objective = (z) => bernoulliLoss(decode(params, z, settings), x.ref);
    if (estimator.id === "vimco") {
      // Its target is the importance-weighted bound, which has no closed form: the weights hold the divergence.
      const weights: Objective = (z) => f(z.ref).add(logRatio({ ...q, logits: logits.ref }, z, settings));
      return statefulExpectation(q, weights, estimator, key, state);
    }
    const kl = np.sum(divergence(logits.ref, settings), -1);
    const result = statefulExpectation(q, f, estimator, key, state);
    return { losses: result.losses.add(kl), state: result.state };
  },
  optimizer: (settings) => {
    const rule = optimizerOf(settings);
    return settings.latents === "vq" ? learning(rule, settings) : rule;
  },
  follow: (params, seen, settings) =>
    settings.latents === "vq" && settings.method !== "simvq" ? followed(params, seen, settings) : params,
  schedules: (moment, settings): Schedules => ({
    learningRate: learningRateAt(moment.step, settings.learningRate, {
      warmUpSteps: Math.round(settings.warmUp * moment.stepsPerEpoch),
      totalSteps: moment.totalSteps,
      cosine: settings.schedule === "cosine",
    }),
    ...annealedTemperature(moment, settings),
  }),
  estimated: (settings) => ({ parameters: encoderNames(settings) }),
  evaluations: {
    terms: (params, inputs, settings) => {
      const { reconstruction, kl, weight } = sampleTerms(params, inputs as StepInputs, settings);
      weight.dispose();
      return { reconstruction, kl };
    },
    weight: (params, inputs, settings) => {
      const { reconstruction, kl, weight } = sampleTerms(params, inputs as StepInputs, settings);
      reconstruction.dispose();
      kl.dispose();
      return { weight };
    },
    codes: (params, inputs, settings) => codeTerms(params, inputs as StepInputs, settings),
    reconstruct: (params, inputs, settings) => ({
      pixels: reconstruct(params, inputs as StepInputs, settings),
    }),
    prior: (params, inputs, settings) => ({ pixels: dream(params, inputs.key!, PRIOR_SAMPLES, settings) }),
  },
  evaluate,
  headline,
  metrics,
  pictures,
  card,
  models,
};
