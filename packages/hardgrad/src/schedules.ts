import type { Estimator } from "./types.ts";

/**
 * A number that changes with the step of training, such as a temperature or a slope, and stays within its ends. A pure
 * function of the step: take the step from the checkpoint, and a resumed run continues.
 */
export interface Schedule {
  readonly id: string;
  readonly formula: string;
  /** The smallest and the largest value it ever has. */
  readonly low: number;
  readonly high: number;
  /** The value at a step, from 0; constant after the end. */
  at(step: number): number;
}

/** Of a schedule of temperatures. */
interface ForEstimator {
  /** Refuse a schedule that leaves the temperatures this estimator takes. */
  readonly estimator?: Estimator;
}

/**
 * Linear: `from + (to - from) min(t/steps, 1)`.
 *
 * @param given.from the value at step 0.
 * @param given.to the value from step `steps` on.
 * @param given.steps 1 or more.
 * @param given.estimator refuse ends that are no temperature of this estimator.
 * @throws RangeError for numbers that are not finite, fewer than 1 step, or an end the estimator does not take.
 * @example
 * const temperature = linearSchedule({ from: 2, to: 0.5, steps: 1000, estimator: gumbelSoftmax() });
 * temperature.at(250); // 1.625
 */
export function linearSchedule(
  given: { readonly from: number; readonly to: number; readonly steps: number } & ForEstimator,
): Schedule {
  const { from, to, steps } = given;
  check("linearSchedule", { from, to }, given.estimator, { steps });
  return between("linear", "from + (to - from) min(t/steps, 1)", from, to, (t) => {
    const done = Math.min(t / steps, 1);
    return from * (1 - done) + to * done;
  });
}

/**
 * Half a cosine: `to + (from - to) (1 + cos(pi min(t/steps, 1))) / 2`.
 *
 * @param given.from the value at step 0.
 * @param given.to the value from step `steps` on.
 * @param given.steps 1 or more.
 * @param given.estimator refuse ends that are no temperature of this estimator.
 * @throws RangeError for numbers that are not finite, fewer than 1 step, or an end the estimator does not take.
 * @see Loshchilov & Hutter 2017 (SGDR)
 * @example
 * cosineSchedule({ from: 2, to: 0.5, steps: 1000 }).at(250); // 1.780330
 */
export function cosineSchedule(
  given: { readonly from: number; readonly to: number; readonly steps: number } & ForEstimator,
): Schedule {
  const { from, to, steps } = given;
  check("cosineSchedule", { from, to }, given.estimator, { steps });
  return between("cosine", "to + (from - to) (1 + cos(pi min(t/steps, 1))) / 2", from, to, (t) =>
    t >= steps ? to : to + ((from - to) * (1 + Math.cos((Math.PI * t) / steps))) / 2,
  );
}

/**
 * Geometric: `from (to/from)^min(t/steps, 1)`, the same factor at each step.
 *
 * @param given.from the value at step 0, above 0.
 * @param given.to the value from step `steps` on, above 0.
 * @param given.steps 1 or more.
 * @param given.estimator refuse ends that are no temperature of this estimator.
 * @throws RangeError for ends that are not above 0, fewer than 1 step, or an end the estimator does not take.
 * @example
 * geometricSchedule({ from: 1, to: 0.01, steps: 1000 }).at(500); // 0.1
 */
export function geometricSchedule(
  given: { readonly from: number; readonly to: number; readonly steps: number } & ForEstimator,
): Schedule {
  const { from, to, steps } = given;
  check("geometricSchedule", { from, to }, given.estimator, { steps }, 0);
  return between("geometric", "from (to/from)^min(t/steps, 1)", from, to, (t) =>
    t >= steps ? to : from * (to / from) ** (t / steps),
  );
}

/**
 * Exponential decay to a floor: `max(floor, from exp(-rate m floor(t/m)))`, constant for m steps at a time.
 *
 * @param given.from the value at step 0, above 0.
 * @param given.floor the lowest value, above 0.
 * @param given.rate per step, 0 or more (Jang, Gu & Poole: from 1 to 0.5 with 1e-5 to 1e-4).
 * @param given.every m, 1 or more (default 1; Jang, Gu & Poole: 500 to 1000).
 * @param given.estimator refuse a start or floor that is no temperature of this estimator.
 * @throws RangeError for numbers out of range, or a start or floor the estimator does not take.
 * @see Jang, Gu & Poole 2017
 * @example
 * const temperature = exponentialSchedule({ from: 1, floor: 0.5, rate: 3e-5, every: 1000 });
 * temperature.at(30_000); // 0.5
 */
export function exponentialSchedule(
  given: {
    readonly from: number;
    readonly floor: number;
    readonly rate: number;
    readonly every?: number;
  } & ForEstimator,
): Schedule {
  const { from, floor, rate, every = 1 } = given;
  check("exponentialSchedule", { from, floor }, given.estimator, { every }, 0);
  if (!(rate >= 0 && rate < Number.POSITIVE_INFINITY))
    throw new RangeError(`exponentialSchedule: rate must be a number of 0 or more, not ${rate}.`);
  return between("exponential", "max(floor, from exp(-rate m floor(t/m)))", from, floor, (t) =>
    Math.max(floor, from * Math.exp(-rate * Math.floor(t / every) * every)),
  );
}

/**
 * A slope that grows: `min(cap, from growth^t)`, of `bernoulli(logits.mul(slope))`.
 *
 * @param given.growth factor of each step, 1 or more (r2rt: 1.1 per epoch).
 * @param given.cap the largest slope; at least `from`.
 * @param given.from the slope at step 0, above 0 (default 1).
 * @throws RangeError for numbers out of range.
 * @see Chung, Ahn & Bengio 2017 (slope annealing)
 * @example
 * slopeSchedule({ growth: 1.1, cap: 10 }).at(30); // 10
 */
export function slopeSchedule(given: {
  readonly growth: number;
  readonly cap: number;
  readonly from?: number;
}): Schedule {
  const { growth, cap, from = 1 } = given;
  check("slopeSchedule", { from, cap }, undefined, {}, 0);
  if (!(growth >= 1 && growth < Number.POSITIVE_INFINITY))
    throw new RangeError(`slopeSchedule: growth must be a number of 1 or more, not ${growth}.`);
  if (cap < from) throw new RangeError(`slopeSchedule: cap must be at least from = ${from}, not ${cap}.`);
  return between("slope", "min(cap, from growth^t)", from, cap, (t) => Math.min(cap, from * growth ** t));
}

/** A schedule whose values lie between two; the step is looked at here. */
function between(
  id: string,
  formula: string,
  one: number,
  other: number,
  at: (step: number) => number,
): Schedule {
  return {
    id,
    formula,
    low: Math.min(one, other),
    high: Math.max(one, other),
    at: (step) => {
      if (!(step >= 0))
        throw new RangeError(`${id}Schedule: the step must be a number of 0 or more, not ${step}.`);
      return at(step);
    },
  };
}

function check(
  name: string,
  ends: { readonly [name: string]: number },
  estimator: Estimator | undefined,
  counts: { readonly [name: string]: number },
  above = Number.NEGATIVE_INFINITY,
): void {
  for (const [end, value] of Object.entries(ends)) {
    if (!(value > above && value < Number.POSITIVE_INFINITY))
      throw new RangeError(
        `${name}: ${end} must be a ${above === 0 ? "number above 0" : "finite number"}, not ${value}.`,
      );
    if (estimator) checkTemperature(name, end, value, estimator);
  }
  for (const [count, value] of Object.entries(counts))
    if (!(value >= 1 && value < Number.POSITIVE_INFINITY))
      throw new RangeError(`${name}: ${count} must be a number of 1 or more, not ${value}.`);
}

function checkTemperature(name: string, end: string, value: number, { id, options }: Estimator): void {
  const option = options.temperature;
  if (option?.type !== "number" || !option.schedulable)
    throw new RangeError(`${name}: ${id} has no temperature to anneal; leave estimator out.`);
  if (value >= option.min && value <= option.max) return;
  throw new RangeError(
    `${name}: ${end} ${value} is not a temperature of ${id}; give a number from ${option.min} to ${option.max}.`,
  );
}
