import { choicesOf } from "../estimators/menu.ts";
import { estimators } from "./estimators.ts";

export const controls = {
  digit: {
    kind: "picture",
    label: "Your digit",
    help: "Draw a digit: all networks read it at once. It is first scaled and centred, as the training digits are.",
    default: "",
    live: true,
  },
  estimators: {
    kind: "list",
    label: "Estimators",
    help: "Up to four race: same data, same first weights, same order of images. Only the gradient of the hidden layer differs.",
    default: ["reinforce", "disarm", "reinmax", "gumbel-softmax"],
    choices: choicesOf(estimators),
    most: 4,
  },
  hidden: {
    kind: "number",
    label: "Hidden units",
    help: "How many units between the pixels and the ten classes; each is 0 or 1. With few, the network has little to say about a digit.",
    default: 64,
    min: 8,
    max: 128,
    step: 8,
  },
  rate: {
    kind: "number",
    label: "Learning rate",
    help: "The step of the output layer; the hidden layer has the same, or less where the estimator is noisy. Raise it until REINFORCE breaks: a biased estimator of small variance stands more.",
    default: 0.1,
    min: 0.005,
    max: 0.5,
    step: 0.005,
    scale: "log",
  },
  axis: {
    kind: "choice",
    label: "Curves by",
    help: "By step, what an estimate is worth; by second, what it is worth here, once its cost is paid.",
    default: "step",
    choices: [
      { value: "step", label: "step" },
      { value: "second", label: "second of training" },
    ],
    live: true,
  },
} as const;

export type TrainControls = typeof controls;
