import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";

/** What a scalar may be, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Of temperatures that are given to a function, not to an estimator. */
export const temperatureRange: Range = { min: 1e-6, max: 1e6 };

/**
 * A number or a scalar array in a range. Numbers, and arrays with a value, are refused outside of it; inside `jit` and
 * `grad` there is no value yet, and one out of range becomes NaN, which shows in the loss: a temperature of -1 would
 * turn gradients round without a sign of it. Keeps the array.
 */
export function scalarInRange<T extends number | np.Array>(
  name: string,
  what: string,
  value: T,
  range: Range,
): T {
  const rule = `a number from ${range.min} to ${range.max}`;
  if (typeof value === "number") {
    if (value >= range.min && value <= range.max) return value;
    throw new RangeError(`${name}: ${what} must be ${rule}, not ${value}.`);
  }
  if (value === null || typeof value !== "object" || !("ndim" in value))
    throw new RangeError(
      `${name}: ${what} must be ${rule} or a scalar array, not ${JSON.stringify(value) ?? value}.`,
    );
  const array: np.Array = value;
  if (array.ndim !== 0)
    throw new RangeError(`${name}: ${what} as an array must be a scalar, not of shape [${array.shape}].`);
  // As a float32 compares: that of 0.01 is a little less.
  const [min, max] = [Math.fround(range.min), Math.fround(range.max)];
  const known: boolean = array instanceof ConcreteArray;
  if (known) {
    const [number] = array.ref.dataSync() as Float32Array;
    if (number! >= min && number! <= max) return value;
    throw new RangeError(`${name}: ${what} must be ${rule}, not ${number}, the value of the array.`);
  }
  const holds = np.logicalAnd(np.greaterEqual(array.ref, min), np.lessEqual(array.ref, max));
  return np.where(holds, array.ref, Number.NaN) as T;
}

/** The same for a function that consumes the array. */
export function takeScalar<T extends number | np.Array>(
  name: string,
  what: string,
  value: T,
  range: Range,
): T {
  const checked = scalarInRange(name, what, value, range);
  if (checked !== value) (value as np.Array).dispose();
  return checked;
}

/** An array option may be used many times, a number always can. */
export function reuse(option: np.Array | number): np.Array | number {
  return typeof option === "number" ? option : option.ref;
}
