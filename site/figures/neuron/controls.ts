import type { Controls } from "../contract.ts";

export const neuronControls = {
  a: {
    kind: "number",
    label: "Pre-activation a",
    help: "What the neuron receives. Drag the point on the curve: far out the neuron is certain, near 0 it tosses a coin.",
    default: 0.5,
    min: -3,
    max: 3,
    step: 0.05,
  },
  squash: {
    kind: "choice",
    label: "Squashing",
    help: "How the probability of a one follows from a. The hard sigmoid is exactly 0 or 1 outside [-1, 1], and there its derivative is 0 too.",
    default: "hard-sigmoid",
    choices: [
      { value: "hard-sigmoid", label: "hard sigmoid" },
      { value: "sigmoid", label: "sigmoid" },
    ],
  },
  slope: {
    kind: "number",
    label: "Slope",
    help: "A factor on a. Slope annealing raises it during training, so that the neuron becomes a step.",
    default: 1,
    min: 0.25,
    max: 16,
    step: 0.25,
    scale: "log",
  },
} as const satisfies Controls;

/** Points of the post's figure. */
export const POINTS = 10_000;

/** Whose gradients are compared: what works at this squashing. */
export const compared = (squash: string): readonly string[] => [
  "straight-through",
  "straight-through-sigmoid",
  "straight-through-hard-sigmoid",
  ...(squash === "sigmoid"
    ? ["reinmax", "straight-through-gumbel-softmax", "gumbel-rao", "gumbel-softmax", "reinforce"]
    : []),
];
