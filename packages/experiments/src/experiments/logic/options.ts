import { exampleSize } from "../../contract/dataset.ts";
import type { SettingsOf, SettingsTable } from "../../contract/options.ts";
import { batchOption, epochsOption, learningRateOption } from "../../nn/training-options.ts";

export const options = {
  gates: {
    type: "number",
    default: {
      of: ({ layers }, { classes }) => {
        const shared = (layers as number) * (classes.length || 10);
        return Math.max(1, Math.floor(8000 / shared)) * shared;
      },
      says: "8000, or what layers and classes can share of them",
    },
    min: 2,
    max: 1_000_000,
    integer: true,
    help: "logic gates, all layers together; the last layer's are shared equally among the classes",
  },
  layers: {
    type: "number",
    default: 1,
    min: 1,
    max: 20,
    integer: true,
    help: "layers, of equally many gates",
  },
  wiring: {
    type: "choice",
    default: "learned",
    choices: ["learned", "fixed"],
    help: "learned: each input of a gate chooses among candidate wires; fixed: by a balanced random permutation",
  },
  candidates: {
    type: "number",
    default: {
      of: ({ bits }, { shape }) =>
        Math.min(16, Math.max(2, Math.floor((exampleSize(shape) * Math.max(1, bits as number)) / 2))),
      says: "16, or half of the wires if that is less",
    },
    min: 2,
    max: 256,
    integer: true,
    help: "candidate wires of each input of a gate (--wiring learned)",
  },
  growth: {
    type: "number",
    default: 0.02,
    min: 0,
    max: 1,
    help: "part of the first layer's inputs that may exchange a candidate at each step, from a tenth (at most 200 steps) to half of training; 0: none",
  },
  bits: {
    type: "number",
    default: 3,
    min: 0,
    max: 3,
    integer: true,
    help: "thresholds of a pixel: > 127; > 63, > 191; or > 31, > 127, > 223; 0: data of zeros and ones need none",
  },
  shifts: {
    type: "number",
    default: { of: (_, { shape }) => ("length" in shape ? 0 : 1), says: "1, for vectors 0" },
    min: 0,
    max: 8,
    integer: true,
    help: "most pixels by which training images are moved, in x and in y; 0: none",
  },
  scale: {
    type: "number",
    default: {
      of: ({ gates, layers }, { classes }) => {
        const votes = (gates as number) / (layers as number) / (classes.length || 10);
        return Number((10 * Math.sqrt(votes / 800)).toPrecision(3));
      },
      says: "10 sqrt(gates of the last layer per class / 800)",
    },
    min: 0.01,
    max: 10_000,
    help: "tau: class scores are counts / tau",
  },
  confidence: {
    type: "number",
    default: 0.15,
    min: 0.0625,
    max: 0.9999,
    help: "first probability of each gate's own operation, a random one of --operations; the other 15 share the rest",
  },
  operations: {
    type: "choice",
    default: "both",
    choices: ["both", "first"],
    help: "first operations: both: the ten that read both inputs; first: pass the first input on",
  },
  validation: {
    type: "number",
    default: 0.1,
    min: 0,
    max: 0.9,
    help: "part of the training images that is not trained on: accuracy/validation, to choose settings by; 0: none",
  },
  epochs: epochsOption(40),
  batch: batchOption(128),
  learningRate: learningRateOption(0.03, "learning rate of Adam, along a half cosine to 1 % of it"),
} as const satisfies SettingsTable;

export type LogicSettings = SettingsOf<typeof options>;
