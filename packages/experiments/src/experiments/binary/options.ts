import type { SettingsOf, SettingsTable } from "../../contract/options.ts";
import { batchOption, epochsOption, learningRateOption } from "../../nn/training-options.ts";

export const options = {
  form: {
    type: "choice",
    default: "binary",
    choices: ["binary", "rounded", "float"],
    help: "binary: weights and units are -1 or 1; rounded: they have a few bits (--bits, --rounding); float: the same sizes with ReLU units, for comparison",
  },
  bits: {
    type: "number",
    default: 2,
    min: 2,
    max: 8,
    integer: true,
    help: "bits of each weight and unit with --form rounded",
  },
  rounding: {
    type: "choice",
    default: "lsq",
    choices: ["dorefa", "lsq", "stable-qat", "stable-qat-normalized"],
    help: "with --form rounded: fixed levels (dorefa), or a learned step: lsq, with the Fourier surrogate stable-qat, with its slope divided by its mean stable-qat-normalized",
  },
  epochs: epochsOption(20),
  batch: batchOption(100, 1000),
  hidden: {
    type: "number",
    default: 1024,
    min: 1,
    max: 10_000,
    integer: true,
    help: "units of each of the two hidden layers",
  },
  learningRate: learningRateOption(0.003, "learning rate of Adam"),
} as const satisfies SettingsTable;

export type BinarySettings = SettingsOf<typeof options>;
