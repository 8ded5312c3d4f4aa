import { makeEstimator, type RunConfig } from "@hardgrad/experiments";
import type { Distribution } from "hardgrad";

/**
 * How often a step of a run evaluates the loss of an example; NaN where that depends on the layer, as of enumeration, or
 * where the experiment has no batch.
 */
export function evaluationsPerStep({ estimator, settings }: RunConfig): number {
  const { batch } = settings;
  if (typeof batch !== "number") return Number.NaN;
  try {
    return batch * makeEstimator(estimator).evaluations(noLayer);
  } catch {
    return Number.NaN; // it asked for the layer
  }
}

const noLayer = new Proxy({} as Distribution, {
  get: () => {
    throw new TypeError("there is no layer");
  },
});
