import type { numpy as np } from "@jax-js/jax";
import { type Estimator, findEstimator } from "hardgrad";
import type { EstimatorSpec } from "../contract/run.ts";

type Create = (options?: { readonly [name: string]: unknown }) => Estimator;

/** Estimators of the user's, by the ids that configurations call them. */
const own = new Map<string, Create>();

/**
 * Lets configurations name an estimator of your own: what `makeEstimator` and a run make of this id.
 *
 * @param id what configurations call it; the estimators that `create` makes must have the same id.
 * @throws RangeError for an id of the catalogue.
 * @example
 * addEstimator("mine", (options) => ({ ...straightThroughSigmoid(options), id: "mine" }));
 * makeEstimator({ id: "mine", options: {} }).id; // "mine"
 */
export function addEstimator(id: string, create: Create): void {
  if (findEstimator(id))
    throw new RangeError(`addEstimator: ${id} is an estimator of hardgrad's; use another id.`);
  own.set(id, create);
}

function createOf(id: string): Create {
  const create = own.get(id) ?? findEstimator(id)?.create;
  if (!create) throw new RangeError(`estimator ${id} is unknown; \`hardgrad list\` shows all.`);
  return create as Create;
}

/**
 * The estimator of a specification.
 *
 * @example
 * makeEstimator({ id: "rloo", options: { samples: 8 } }).settings.samples; // 8
 */
export function makeEstimator({ id, options }: EstimatorSpec): Estimator {
  return createOf(id)(options);
}

/** The same estimator at another temperature, a scalar array of the step at hand. */
export function atTemperature(estimator: Estimator, temperature: np.Array): Estimator {
  return createOf(estimator.id)({ ...estimator.settings, temperature });
}

/** Whether the estimator has a temperature that a schedule can move, and where it starts. */
export function initialTemperature(estimator: Estimator): number | undefined {
  const option = estimator.options.temperature;
  return option?.type === "number" && option.schedulable
    ? (estimator.settings.temperature as number)
    : undefined;
}
