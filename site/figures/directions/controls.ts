import { optionControls } from "../common-controls.ts";
import type { Controls } from "../contract.ts";
import { choicesOf, menuOf } from "../estimators/menu.ts";
import { lossControls } from "../losses/controls.ts";

/** Most units of a loss that is typed here. */
export const MOST = 4;
/** Logits of the units beyond the two that are drawn. */
export const OTHERS: readonly number[] = [0.5, -0.4];

/** What is estimated, and by what. */
export const directionControls = {
  estimators: {
    kind: "list",
    label: "Estimators",
    help: "Those to compare. Biased ones miss the exact arrow; noisy ones have wide clouds.",
    default: [
      "reinforce",
      "rloo",
      "disarm",
      "straight-through-sigmoid",
      "reinmax",
      "straight-through-gumbel-softmax",
    ],
    choices: choicesOf(menuOf("bernoulli")),
    most: 8,
  },
  ...lossControls(MOST, true),
  logits: {
    kind: "point",
    label: "Logits a1, a2",
    help: "Where the two units stand: at 0 they are on half of the time, far out they are nearly certain and the gradient fades.",
    default: [0.8, -1.2],
    min: -3,
    max: 3,
    step: 0.1,
  },
  slope: {
    kind: "number",
    label: "Slope",
    help: "The units are on with probability sigmoid(slope · a); slope annealing raises it during training.",
    default: 1,
    min: 0.25,
    max: 8,
    step: 0.25,
    scale: "log",
  },
  ...optionControls,
} as const satisfies Controls;
