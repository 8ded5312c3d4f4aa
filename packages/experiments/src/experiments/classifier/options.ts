import type { OptionsTable } from "hardgrad";
import { temperatureOptions } from "../../nn/temperature-options.ts";

export const options: OptionsTable = {
  epochs: {
    type: "number",
    default: 10,
    min: 1,
    max: 10_000,
    integer: true,
    help: "passes over the training set",
  },
  batch: { type: "number", default: 100, min: 2, max: 10_000, integer: true, help: "examples per step" },
  hidden: { type: "number", default: 100, min: 1, max: 10_000, integer: true, help: "binary hidden units" },
  learningRate: { type: "number", default: 0.1, min: 1e-6, max: 10, help: "step size of the output layer" },
  hiddenRate: {
    type: "number",
    default: 1,
    min: 0,
    max: 100,
    help: "factor on the step size of the hidden layer, whose gradient is estimated",
  },
  momentum: { type: "number", default: 0.9, min: 0, max: 0.999, help: "momentum of gradient descent" },
  optimizer: { type: "choice", default: "sgd", choices: ["sgd", "adam"], help: "how gradients become steps" },
  decay: {
    type: "number",
    default: 1,
    min: 0.01,
    max: 1,
    help: "factor on the learning rate after each epoch",
  },
  mode: {
    type: "choice",
    default: "stochastic",
    choices: ["stochastic", "deterministic"],
    help: "sample the hidden units, or threshold them at probability 1/2 (path estimators only)",
  },
  unit: {
    type: "choice",
    default: "binary",
    choices: ["binary", "tanh", "linear"],
    help: "binary; or, without any estimator, tanh (the ordinary network) or linear (a linear classifier)",
  },
  probability: {
    type: "choice",
    default: "sigmoid",
    choices: ["sigmoid", "hard-sigmoid"],
    help: "P(h = 1) from the pre-activation; hard-sigmoid for the three straight-through estimators and exact only",
  },
  slopeGrowth: {
    type: "number",
    default: 1,
    min: 1,
    max: 2,
    help: "slope annealing: factor on the slope after each epoch (1 is off, Wizaron 1.005, r2rt 1.1)",
  },
  ...temperatureOptions,
};
