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

export const options = {
  epochs: epochsOption(10),
  batch: batchOption(100),
  latents: {
    type: "choice",
    default: "bernoulli",
    choices: ["bernoulli", "categorical"],
    help: "units of the two stochastic layers",
  },
  variables: variablesOption(
    { of: ({ latents }) => (latents === "categorical" ? 20 : 200), says: "200, categorical: 20" },
    "units of each stochastic layer",
  ),
  categories: categoriesOption(10, "categorical: categories of each unit"),
  ...optimizerOptions,
  optimizer: { ...optimizerOptions.optimizer, default: "sgd" },
  learningRate: learningRateOption(1e-3),
  momentum: momentumOption(0.9),
  weightDecay: weightDecayOption(0.01),
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
