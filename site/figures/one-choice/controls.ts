import type { Controls } from "../contract.ts";

/** What has been found after each tick: the mean probability over the runs and its standard error. */
interface Curve {
  readonly id: string;
  readonly mean: readonly number[];
  readonly error: readonly number[];
}

export interface Data {
  readonly curves: readonly Curve[];
}

/** Steps of a tick, and runs side by side. */
export const STEPS = 5;
export const RUNS = 64;
export const MOST_STEPS = 2000;

/** Those to choose from: one or two of most families. */
const choices = [
  { value: "exact", label: "exact gradient" },
  { value: "reinforce", label: "REINFORCE" },
  { value: "rloo", label: "RLOO" },
  { value: "straight-through-sigmoid", label: "straight-through" },
  { value: "reinmax", label: "ReinMax" },
  { value: "gumbel-softmax", label: "Gumbel-softmax" },
  { value: "rebar", label: "REBAR" },
] as const;
export const nameOf = (id: string): string => choices.find((c) => c.value === id)!.label;

export const controls = {
  target: {
    kind: "number",
    label: "Target t",
    default: 0.4,
    min: 0.05,
    max: 0.95,
    step: 0.01,
    help: "The loss is (b - t)². Below 0.5 the better side is 0, above it is 1; near 0.5 the two are hard to tell.",
  },
  rate: {
    kind: "number",
    label: "Learning rate",
    default: 3,
    min: 0.5,
    max: 50,
    step: 0.5,
    scale: "log",
    help: "How far each estimate moves the logit. Noisy estimators want it small.",
  },
  estimators: {
    kind: "list",
    label: "Estimators",
    default: ["exact", "reinforce", "rloo", "straight-through-sigmoid", "reinmax"],
    choices,
    help: "All of them see the same coin and the same random keys.",
  },
} as const satisfies Controls;
