import type { numpy as np } from "@jax-js/jax";
import { type Estimator, findEstimator } from "hardgrad";
import type { EstimatorSpec } from "../contract/run.ts";

/** The estimator of a specification. */
export function makeEstimator({ id, options }: EstimatorSpec): Estimator {
  const entry = findEstimator(id);
  if (!entry) throw new RangeError(`estimator ${id} is unknown; \`hardgrad list\` shows all.`);
  return entry.create(options);
}

/** The same estimator at another temperature, a scalar array of the step at hand. */
export function atTemperature(estimator: Estimator, temperature: np.Array): Estimator {
  return findEstimator(estimator.id)!.create({ ...estimator.settings, temperature });
}

/** Whether the estimator has a temperature that a schedule can move, and where it starts. */
export function initialTemperature(estimator: Estimator): number | undefined {
  const option = estimator.options.temperature;
  return option?.type === "number" && option.schedulable
    ? (estimator.settings.temperature as number)
    : undefined;
}
