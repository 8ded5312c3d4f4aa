import type { NumberOption } from "../../types.ts";

/** Options that several estimators have. */

export const temperatureOption = (
  help: string,
  initial: number,
  min = 0.01,
): NumberOption & { readonly schedulable: true } => ({
  type: "number",
  default: initial,
  min,
  max: 100,
  schedulable: true,
  help,
});

const count = (initial: number, min: number, max: number, help: string): NumberOption => ({
  type: "number",
  default: initial,
  min,
  max,
  integer: true,
  help,
});

export const samplesOption: NumberOption = count(4, 2, 1024, "samples, and evaluations of f, per example");

/** Of estimators that average over noise. */
export const relaxedSamplesOption: NumberOption = count(
  20,
  1,
  1024,
  "relaxed samples averaged, all given the one hard sample; no extra evaluation of f",
);

export const baselineRateOption: NumberOption = {
  type: "number",
  default: 0.01,
  min: 0,
  max: 1,
  help: "learning rate of Adam for the control variate's own parameters; 0 keeps them fixed",
};

export const decayOption: NumberOption = {
  type: "number",
  default: 0.9,
  min: 0,
  max: 0.9999,
  help: "weight of the past in the running averages",
};
