import { Array as ConcreteArray, type numpy as np } from "@jax-js/jax";

/**
 * Refuses logits that can't be logits. Values are looked at only where there are any: inside `jit` and
 * `grad` an array is a tracer, and a NaN travels on into the sample and the loss instead. On a GPU it does so too: its
 * arrays can't be read at once in Node, and elsewhere that would wait for all of its work.
 *
 * @param values false to look at type and shape only.
 */
export function checkLogits(
  name: string,
  logits: np.Array,
  range?: { holds: (value: number) => boolean; rule: string },
  values = true,
): void {
  if (!isArray(logits))
    throw new TypeError(
      `${name}: logits must be an array of jax-js, not ${described(logits)}; wrap numbers with np.array(...).`,
    );
  if (logits.ndim === 0)
    throw new RangeError(`${name}: logits must have at least one axis, but have shape []; use shape [1].`);
  if (logits.shape.includes(0))
    throw new RangeError(`${name}: logits of shape [${logits.shape}] are empty; there is nothing to sample.`);
  if (logits.dtype !== "float32" && logits.dtype !== "float64" && logits.dtype !== "float16")
    throw new TypeError(
      `${name}: logits must be floating-point, not ${logits.dtype}; use .astype(np.float32).`,
    );
  if (!values || !(logits instanceof ConcreteArray) || logits.device === "webgpu") return;
  const entries = logits.ref.dataSync();
  const bad = entries.findIndex((v: number) => !Number.isFinite(v));
  if (bad >= 0)
    throw new RangeError(
      `${name}: logits must be finite, but entry ${bad} of ${entries.length} is ${entries[bad]}; ` +
        "clip them, or look for the NaN before this line (to forbid something, give the distribution a mask).",
    );
  const outside = range ? entries.findIndex((v: number) => !range.holds(v)) : -1;
  if (outside >= 0)
    throw new RangeError(`${name}: logit ${outside} is ${entries[outside]}, but must be ${range!.rule}.`);
}

/** Refuses a k that is no whole number from 1 to the length of the last axis, and scores without an axis. */
export function checkCount(name: string, scores: np.Array, k: number): void {
  if (scores.ndim === 0)
    throw new RangeError(`${name}: scores must have at least one axis, but have shape []; use shape [1].`);
  wholeNumber(name, "k", k, 1, scores.shape.at(-1)!);
}

/** Refuses what is not a whole number in a range. */
export function wholeNumber(name: string, what: string, value: unknown, min: number, max: number): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name}: ${what} must be a whole number from ${min} to ${max}, not ${value}.`);
}

/** A value that is no array, in words. */
export function described(value: unknown): string {
  if (value === undefined || value === null) return value === null ? "null" : "nothing";
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "a plain list";
  return typeof value === "object" ? "an object that is no array" : `a ${typeof value}`;
}

/** Whether it is an array of jax-js, a tracer included. */
export function isArray(value: unknown): value is np.Array {
  return typeof value === "object" && value !== null && "ndim" in value && "shape" in value;
}
