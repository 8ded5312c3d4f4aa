import { type Schedule, slopeSchedule } from "hardgrad";
import type { SettingsOf, SettingsTable } from "../../contract/options.ts";
import { temperatureOptions } from "../../nn/temperature-options.ts";
import { batchOption, epochsOption, learningRateOption, momentumOption } from "../../nn/training-options.ts";

export const options = {
  epochs: epochsOption(10),
  batch: batchOption(100),
  hidden: {
    type: "number",
    default: 100,
    min: 1,
    max: 100_000,
    integer: true,
    help: "number of binary hidden units",
  },
  learningRate: learningRateOption(0.1, "learning rate of the output layer"),
  hiddenRate: {
    type: "number",
    default: 1,
    min: 0,
    max: 100,
    help: "factor on the learning rate of the hidden layer, whose gradient is estimated",
  },
  momentum: momentumOption(0.9),
  optimizer: { type: "choice", default: "sgd", choices: ["sgd", "adam"], help: "optimizer" },
  decay: {
    type: "number",
    default: 1,
    min: 0.01,
    max: 1,
    help: "learning-rate decay: factor after each epoch",
  },
  mode: {
    type: "choice",
    default: "stochastic",
    choices: ["stochastic", "deterministic"],
    help: "hidden units: sampled, or thresholded at probability 1/2 (path estimators only)",
  },
  unit: {
    type: "choice",
    default: "binary",
    choices: ["binary", "tanh", "linear"],
    help: "activation of the hidden layer: binary, or without an estimator tanh (ordinary network) or linear (linear classifier)",
  },
  probability: {
    type: "choice",
    default: "sigmoid",
    choices: ["sigmoid", "hard-sigmoid"],
    help: "P(h = 1) as a function of the pre-activation; hard-sigmoid only with the three straight-through estimators and exact",
  },
  slopeGrowth: {
    type: "number",
    default: 1,
    min: 1,
    max: 2,
    help: "slope annealing: factor after each epoch (1 turns it off; Wizaron uses 1.005, r2rt 1.1)",
  },
  slopeCap: { type: "number", default: 1e6, min: 1, max: 1e9, help: "slope annealing: largest slope (cap)" },
  ...temperatureOptions,
} as const satisfies SettingsTable;

export type ClassifierSettings = SettingsOf<typeof options>;

/** Slope annealing: samples are of `sigmoid(slope a)`, the slope a function of the epoch. */
export function slopeOf({ slopeGrowth: growth, slopeCap: cap }: ClassifierSettings): Schedule {
  return slopeSchedule({ growth, cap });
}
