import { optionControls } from "../common-controls.ts";
import type { Controls } from "../contract.ts";
import { type MenuEntry, menuOf } from "../estimators/menu.ts";
import { lossControls } from "../losses/controls.ts";
import { MOST_UNITS } from "../losses/expression.ts";

/** Logits of the units, before they are scaled. */
export const LOGITS: readonly number[] = [0.8, -1.2, 0.5, -0.4, 1.4, -0.9, 0.2, -1.6];

/** Those that train a state, or list subsets of states, take as long to prepare as all the others together. */
const takesLong = ({ id, stateful }: MenuEntry): boolean =>
  stateful || id === "unordered-set" || id === "rao-blackwell";
const all = menuOf("bernoulli");

/** Everything that is compared; what takes long comes last, while the others are there to be seen. */
export const compared: readonly MenuEntry[] = [...all.filter((e) => !takesLong(e)), ...all.filter(takesLong)];

/** Ticks after which all but those have their first estimates. */
export const FIRST: number = all.filter((e) => !takesLong(e)).length;

export const costControls = {
  soft: {
    kind: "flag",
    label: "f may see soft values",
    help: "Relaxations run the rest of the network on values between 0 and 1; untick it if that makes no sense for you.",
    default: true,
    live: true,
  },
  differentiable: {
    kind: "flag",
    label: "f is differentiable",
    help: "Straight-through and its relatives need the gradient of f; a reward or a simulator has none.",
    default: true,
    live: true,
  },
  unbiased: {
    kind: "flag",
    label: "The mean must be right",
    help: "Leaves only estimators whose average is the exact gradient for every f.",
    default: false,
    live: true,
  },
  budget: {
    kind: "number",
    label: "Budget",
    help: "What one gradient may cost; cheap estimates are averaged until it is spent.",
    default: 32,
    min: 1,
    max: 100_000,
    step: 1,
    scale: "log",
    live: true,
  },
  cost: {
    kind: "choice",
    label: "Cost",
    help: "Evaluations of f, which count on any machine, or microseconds as measured here.",
    default: "evaluations",
    choices: [
      { value: "evaluations", label: "evaluations of f" },
      { value: "microseconds", label: "microseconds here" },
    ],
  },
  ...lossControls(MOST_UNITS, false),
  units: {
    kind: "number",
    label: "Units",
    help: "More units make enumeration dear: the exact gradient costs 2 to the power of their number.",
    default: 6,
    min: 2,
    max: MOST_UNITS,
    step: 1,
  },
  certainty: {
    kind: "number",
    label: "Certainty",
    help: "A factor on the logits: at 0 every unit is on half of the time, at 3 most are nearly certain.",
    default: 1,
    min: 0,
    max: 3,
    step: 0.25,
  },
  ...optionControls,
} as const satisfies Controls;
