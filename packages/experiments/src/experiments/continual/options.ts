import type { SettingsOf, SettingsTable } from "../../contract/options.ts";
import {
  batchOption,
  learningRateOption,
  momentumOption,
  optimizerOptions,
} from "../../nn/training-options.ts";

export const methodNames = [
  "finetune",
  "joint",
  "ewc",
  "online-ewc",
  "si",
  "rehearsal",
  "hat",
  "wsn",
  "supsup",
  "packnet",
  "xdg",
] as const;

export type MethodName = (typeof methodNames)[number];

/** Tasks whose use of a weight one float32 can hold. */
export const MOST_TASKS = 24;

/** Numbers of tasks of equal size that so many classes can be split into, the largest first. */
export function possibleTasks(classes: number): number[] {
  return Array.from({ length: MOST_TASKS }, (_, i) => MOST_TASKS - i).filter(
    (count) => count > 1 && count < classes && classes % count === 0,
  );
}

function usualTasks(classes: number): number {
  return possibleTasks(classes)[0] ?? Math.min(MOST_TASKS, Math.max(1, Math.floor(classes / 2)));
}

export const options = {
  method: { type: "choice", default: "hat", choices: methodNames, help: "method against forgetting" },
  beside: {
    type: "choice",
    default: "both",
    choices: ["both", "finetune", "naive", "none"],
    help: "baselines trained alongside: finetune, and the same gates masking only the gradient (naive)",
  },
  protection: {
    type: "choice",
    default: "exact",
    choices: ["exact", "gradient", "none"],
    help: "how weights of finished tasks are protected: mask the update, mask only the gradient (momentum and decay still move them), or not at all",
  },
  benchmark: {
    type: "choice",
    default: "split",
    choices: ["split", "permuted"],
    help: "benchmark: split classes into tasks, or permute the pixels of each task",
  },
  tasks: {
    type: "number",
    default: {
      of: ({ benchmark }, { classes }) => (benchmark === "permuted" ? 10 : usualTasks(classes.length)),
      says: "one task per pair of classes, or 10 permutations",
    },
    min: 1,
    max: MOST_TASKS,
    integer: true,
    help: "number of tasks",
  },
  order: {
    type: "number",
    default: 0,
    min: 0,
    max: 1_000_000,
    integer: true,
    help: "seed of the class order or the permutations; 0 keeps the classes in numerical order",
  },
  scenario: {
    type: "choice",
    default: "task",
    choices: ["task", "domain", "class"],
    help: "scenario at test time: task-incremental (task known), domain- or class-incremental (task unknown)",
  },
  layers: { type: "sizes", default: "100-100", most: 4, max: 4000, help: "hidden layers" },
  epochs: {
    type: "number",
    default: 5,
    min: 1,
    max: 1000,
    integer: true,
    help: "epochs on each task",
  },
  batch: batchOption(16),
  ...optimizerOptions,
  learningRate: learningRateOption(0.002),
  cooling: {
    type: "choice",
    default: "none",
    choices: ["none", "linear"],
    help: "learning-rate schedule within each task: constant, or linear decay to 0",
  },
  momentum: momentumOption(0.9),
  weightDecay: {
    type: "number",
    default: 0.002,
    min: 0,
    max: 1,
    help: "L2 weight decay, added to the gradient",
  },
  clip: {
    type: "number",
    default: 0,
    min: 0,
    max: 1e6,
    help: "gradient clipping: largest norm; 0 turns it off",
  },
  validation: {
    type: "number",
    default: 0.1,
    min: 0,
    max: 0.5,
    help: "share of the training images held out for validation",
  },
  gates: {
    type: "choice",
    default: "hard",
    choices: ["hard", "sampled", "annealed"],
    help: "hat: gates are hard by sign with the estimator's gradient, sampled by any estimator, or annealed sigmoids as in the paper",
  },
  slope: { type: "number", default: 400, min: 1.5, max: 10_000, help: "hat: largest slope of the gates" },
  gateRate: {
    type: "number",
    default: 5,
    min: 0,
    max: 10_000,
    help: "hat, wsn, supsup: factor on the learning rate of gates and scores",
  },
  capacity: {
    type: "number",
    default: 0.75,
    min: 0,
    max: 1000,
    help: "hat: penalty per unit that no earlier task uses",
  },
  keep: {
    type: "number",
    default: 0.5,
    min: 0.001,
    max: 1,
    help: "wsn, supsup: share of the weights that a task uses; packnet: of the free ones",
  },
  closed: {
    type: "number",
    default: 0.8,
    min: 0,
    max: 0.99,
    help: "xdg: share of the units closed for a task",
  },
  ewcStrength: {
    type: "number",
    default: 10_000,
    min: 0,
    max: 1e12,
    help: "ewc, online-ewc: strength of the penalty (lambda)",
  },
  siStrength: { type: "number", default: 10, min: 0, max: 1e12, help: "si: strength of the penalty (c)" },
  fading: {
    type: "number",
    default: 1,
    min: 0,
    max: 1,
    help: "online-ewc: decay of earlier importances (gamma)",
  },
  damping: {
    type: "number",
    default: 0.1,
    min: 1e-9,
    max: 1000,
    help: "si: damping added to the squared change",
  },
  fisher: {
    type: "number",
    default: 200,
    min: 1,
    max: 100_000,
    integer: true,
    help: "ewc, online-ewc: images used to estimate the Fisher information",
  },
  memory: {
    type: "number",
    default: 100,
    min: 1,
    max: 10_000,
    integer: true,
    help: "rehearsal: images kept per class",
  },
} as const satisfies SettingsTable;

export type ContinualSettings = SettingsOf<typeof options>;
