import type { Estimator } from "hardgrad";
import type { Dataset } from "../data/index.ts";
import type { Settings } from "../experiment.ts";

/** Refuses an estimator or data that can't be used with these settings. */
export function check(_estimator: Estimator, settings: Settings, dataset: Dataset): void {
  if (settings.hidden === "none")
    throw new RangeError(
      "generator: --hidden none leaves no layer between image and class; give sizes such as 400.",
    );
  if (dataset.classes === 0)
    throw new RangeError(
      `generator: data ${dataset.name} has no labels to name its digits by; use --data drawn, mnist or fashion-mnist.`,
    );
}
