import type { SettingsOf, SettingsTable } from "../../contract/options.ts";
import { batchOption, epochsOption, momentumOption } from "../../nn/training-options.ts";
import { gateKinds } from "./gate-kinds.ts";
import { derived, networkNames } from "./networks.ts";

export const options = {
  network: {
    type: "choice",
    default: "paper",
    choices: networkNames,
    help: "paper: Bengio et al. 2013; fast: narrow gater, gates of blocks; dense: 784-2000-10 without gates",
  },
  epochs: epochsOption(20),
  batch: batchOption(32),
  rate: { type: "number", default: 0.1, min: 0.001, max: 0.999, help: "target share of open gates" },
  gater: {
    type: "number",
    default: derived("gater"),
    min: 1,
    max: 10_000,
    integer: true,
    help: "hidden units of the gater",
  },
  units: {
    type: "number",
    default: 2000,
    min: 1,
    max: 100_000,
    integer: true,
    help: "experts (hidden units)",
  },
  block: {
    type: "number",
    default: derived("block"),
    min: 1,
    max: 1024,
    integer: true,
    help: "units that one gate opens",
  },
  experts: {
    type: "choice",
    default: derived("experts"),
    choices: ["linear", "rectifier"],
    help: "activation of the experts",
  },
  gate: {
    type: "choice",
    default: "binary",
    choices: gateKinds,
    help: "value of an open gate; top: 1 for the largest logits of each example",
  },
  router: {
    type: "choice",
    default: "none",
    choices: ["none", "top-k", "expert-choice", "loss-free", "sparse-mixer", "relu"],
    help: "router of a mixture of experts, which trains the gater without an estimator; --rate of the experts are open",
  },
  balance: {
    type: "number",
    default: 0.01,
    min: 0,
    max: 10,
    help: "weight of Switch's load-balancing loss (--router top-k and sparse-mixer)",
  },
  zLoss: {
    type: "number",
    default: 0.001,
    min: 0,
    max: 10,
    help: "weight of the router z-loss (every --router but relu)",
  },
  biasRate: {
    type: "number",
    default: 0.001,
    min: 1e-6,
    max: 1,
    help: "step of the bias of --router loss-free",
  },
  penalty: {
    type: "choice",
    default: "kl",
    choices: ["kl", "l1", "none"],
    help: "sparsity penalty: divergence from the target rate (Bengio et al. 2013), or the sum of the gates",
  },
  strength: { type: "number", default: 0.003, min: 1e-9, max: 100, help: "initial strength of the penalty" },
  strengthLow: { type: "number", default: 0.001, min: 1e-12, max: 100, help: "lower limit of the strength" },
  strengthHigh: { type: "number", default: 0.01, min: 1e-9, max: 100, help: "upper limit of the strength" },
  control: {
    type: "number",
    default: 1.002,
    min: 1,
    max: 2,
    help: "factor on the strength per step while the rate is off target by more than 10 % (l1: 5 %); 1 keeps it constant",
  },
  learningRate: { type: "number", default: 0.3, min: 1e-6, max: 10, help: "learning rate" },
  cooling: {
    type: "choice",
    default: "linear",
    choices: ["linear", "none"],
    help: "learning-rate schedule: constant, or linear decay to 0",
  },
  gaterRate: {
    type: "number",
    default: 3,
    min: 0,
    max: 100,
    help: "factor on the learning rate of the gater, whose gradient is estimated",
  },
  momentum: momentumOption(0),
  maxNorm: {
    type: "number",
    default: 2,
    min: 0,
    max: 1000,
    help: "max-norm constraint on the weights into each unit; 0 turns it off",
  },
  validation: {
    type: "number",
    default: 0.1667,
    min: 0,
    max: 0.9,
    help: "share of the training images (the last ones) held out for validation",
  },
  room: {
    type: "number",
    default: 1,
    min: 0.01,
    max: 1,
    help: "capacity of a block, as a share of the batch; below 1, a step computes open blocks only, up to that capacity",
  },
} as const satisfies SettingsTable;

export type GatedSettings = SettingsOf<typeof options>;
