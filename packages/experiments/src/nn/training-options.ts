import type { NumberOption, UpdateRule } from "hardgrad";
import type { SettingsTable } from "../contract/options.ts";
import { adam, adamw, radam } from "./adam.ts";
import { sgd } from "./sgd.ts";

/** Options that most experiments have, each with a default of its own. */

export const epochsOption = (initial: number): NumberOption => ({
  ...{ type: "number", default: initial, min: 1, max: 10_000, integer: true },
  help: "passes over the training set",
});

export const batchOption = (initial: number, max = 10_000): NumberOption => ({
  ...{ type: "number", default: initial, min: 2, max, integer: true },
  help: "batch size",
});

export const learningRateOption = (initial: number, help = "learning rate"): NumberOption => ({
  ...{ type: "number", default: initial, min: 1e-7, max: 10 },
  help,
});

export const momentumOption = (initial: number): NumberOption => ({
  ...{ type: "number", default: initial, min: 0, max: 0.999 },
  help: "momentum of SGD",
});

export const weightDecayOption = (initial: number): NumberOption => ({
  ...{ type: "number", default: initial, min: 0, max: 0.999 },
  help: "weight decay of AdamW",
});

export const optimizerOptions = {
  optimizer: {
    type: "choice",
    default: "adam",
    choices: ["adam", "adamw", "radam", "sgd"],
    help: "optimizer",
  },
} as const satisfies SettingsTable;

/** The optimizer that these settings name. */
export function optimizerOf(settings: {
  readonly optimizer: (typeof optimizerOptions.optimizer.choices)[number];
  readonly momentum: number;
  readonly weightDecay: number;
}): UpdateRule {
  const { momentum, weightDecay } = settings;
  switch (settings.optimizer) {
    case "adam":
      return adam();
    case "adamw":
      return adamw({ weightDecay });
    case "radam":
      return radam();
    case "sgd":
      return sgd({ momentum });
  }
}
