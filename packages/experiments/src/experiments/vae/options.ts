import type { SettingsOf, SettingsTable } from "../../contract/options.ts";
import { categoriesOption, variablesOption } from "../../nn/latent-options.ts";
import { temperatureOptions } from "../../nn/temperature-options.ts";
import {
  batchOption,
  epochsOption,
  learningRateOption,
  momentumOption,
  optimizerOptions,
  weightDecayOption,
} from "../../nn/training-options.ts";
import { codeOptions } from "./code-options.ts";

export const options = {
  epochs: epochsOption(10),
  batch: batchOption(100),
  latents: {
    type: "choice",
    default: "categorical",
    choices: ["categorical", "bernoulli", "fsq", "lfq", "vq"],
    help: "latent variables: random (categorical, bernoulli), or codes (finite scalar, lookup-free or vector quantization), which need no estimator",
  },
  variables: variablesOption(4, "number of latent variables"),
  categories: categoriesOption(8, "categorical: categories of each variable"),
  ...codeOptions,
  hidden: {
    type: "sizes",
    default: "512-256",
    most: 8,
    max: 8192,
    help: "hidden layers of the encoder, input first; the decoder mirrors them; none: linear",
  },
  activation: {
    type: "choice",
    default: "relu",
    choices: ["relu", "leaky-relu", "tanh"],
    help: "activation of the hidden layers",
  },
  leak: { type: "number", default: 0.2, min: 0, max: 1, help: "negative slope of leaky-relu" },
  embedding: {
    type: "choice",
    default: "one-hot",
    choices: ["one-hot", "integer", "learned"],
    help: "input of the decoder: one-hot (Bernoulli: 0 or 1), the category's number scaled to [-1, 1], or a learned embedding shared by all variables",
  },
  embeddingSize: {
    type: "number",
    default: 4,
    min: 1,
    max: 256,
    integer: true,
    help: "size of the embedding",
  },
  binarize: {
    type: "choice",
    default: "none",
    choices: ["none", "threshold", "dynamic"],
    help: "pixels: grey values in [0, 1], binarized at 1/2, or binarized at random each time they are used",
  },
  initial: {
    type: "choice",
    default: "fan-in",
    choices: ["fan-in", "glorot"],
    help: "initialization: uniform within 1/sqrt(fan-in), biases included (PyTorch's default), or Glorot with zero biases",
  },
  outputBias: {
    type: "choice",
    default: "initial",
    choices: ["initial", "mean"],
    help: "initial output biases: like the others, or the logits of the mean image",
  },
  ...optimizerOptions,
  learningRate: learningRateOption(5e-4),
  momentum: momentumOption(0.9),
  weightDecay: weightDecayOption(0.01),
  warmUp: {
    type: "number",
    default: 0,
    min: 0,
    max: 1000,
    help: "warm-up: epochs over which the learning rate rises from 0",
  },
  schedule: {
    type: "choice",
    default: "constant",
    choices: ["constant", "cosine"],
    help: "learning-rate schedule after the warm-up: constant, or cosine decay to 0",
  },
  ...temperatureOptions,
  temperatureEnd: {
    type: "number",
    default: 0,
    min: 0,
    max: 1e9,
    help: "temperature at the end of the run, annealed geometrically; 0 turns annealing off",
  },
  boundSamples: {
    type: "number",
    default: 10,
    min: 0,
    max: 10_000,
    integer: true,
    help: "samples of the importance-weighted bound on the test set after training; 0 skips it",
  },
} as const satisfies SettingsTable;

export type VaeSettings = SettingsOf<typeof options>;
