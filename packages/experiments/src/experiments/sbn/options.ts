import type { SettingsOf, SettingsTable } from "../../contract/options.ts";
import { temperatureOptions } from "../../nn/temperature-options.ts";
import {
  batchOption,
  epochsOption,
  learningRateOption,
  momentumOption,
  optimizerOptions,
} from "../../nn/training-options.ts";

export const options = {
  epochs: epochsOption(10),
  batch: batchOption(100),
  latents: {
    type: "choice",
    default: "bernoulli",
    choices: ["bernoulli", "categorical"],
    help: "units of the two stochastic layers",
  },
  variables: {
    type: "number",
    default: {
      of: ({ latents }) => (latents === "categorical" ? 20 : 200),
      says: "200, categorical: 20",
    },
    min: 1,
    max: 4096,
    integer: true,
    help: "units of each stochastic layer",
  },
  categories: {
    type: "number",
    default: 10,
    min: 2,
    max: 1024,
    integer: true,
    help: "categorical: categories of each unit",
  },
  ...optimizerOptions,
  optimizer: { ...optimizerOptions.optimizer, default: "sgd" },
  learningRate: learningRateOption(1e-3),
  momentum: momentumOption(0.9),
  weightDecay: { type: "number", default: 0.01, min: 0, max: 0.999, help: "weight decay of AdamW" },
  slopeGrowth: {
    type: "number",
    default: 1,
    min: 1,
    max: 2,
    help: "slope annealing: factor on the logits after each epoch (1 turns it off)",
  },
  slopeCap: { type: "number", default: 5, min: 1, max: 1e9, help: "slope annealing: largest slope (cap)" },
  ...temperatureOptions,
  boundSamples: {
    type: "number",
    default: 100,
    min: 1,
    max: 10_000,
    integer: true,
    help: "samples of the test bound after training",
  },
} as const satisfies SettingsTable;

export type SbnSettings = SettingsOf<typeof options>;
