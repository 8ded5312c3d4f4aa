import type { numpy as np } from "@jax-js/jax";
import { type Estimator, findEstimator } from "hardgrad";
import type { EstimatorSpec } from "../contract/run.ts";

/** The estimator of a specification, with its temperature as a scalar array where one is given. */
export function makeEstimator(spec: EstimatorSpec, temperature?: np.Array): Estimator {
  const entry = findEstimator(spec.id);
  if (!entry) throw new RangeError(`estimator ${spec.id} is unknown; \`hardgrad list\` shows all.`);
  return entry.create(temperature ? { ...spec.options, temperature } : spec.options);
}

/** Whether the estimator has a temperature that a schedule can move, and where it starts. */
export function initialTemperature(estimator: Estimator): number | undefined {
  const option = estimator.options.temperature;
  return option?.type === "number" && option.schedulable
    ? (estimator.settings.temperature as number)
    : undefined;
}
