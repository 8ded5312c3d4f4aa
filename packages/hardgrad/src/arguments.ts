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
  checkFloats(name, "logits", logits);
  if (logits.shape.includes(0))
    throw new RangeError(`${name}: logits of shape [${logits.shape}] are empty; there is nothing to sample.`);
  if (!values) return;
  checkFinite(name, "logits", logits, " (to forbid something, give the distribution a mask)");
  if (!range || !(logits instanceof ConcreteArray) || logits.device === "webgpu") return;
  const entries = logits.ref.dataSync();
  const outside = entries.findIndex((v: number) => !range.holds(v));
  if (outside >= 0)
    throw new RangeError(`${name}: logit ${outside} is ${entries[outside]}, but must be ${range.rule}.`);
}

/** Refuses NaN and infinities where values can be looked at, with a hint at what else could be meant. Keeps x. */
export function checkFinite(name: string, what: string, x: np.Array, hint = ""): void {
  if (!(x instanceof ConcreteArray) || x.device === "webgpu") return;
  const entries = x.ref.dataSync();
  const bad = entries.findIndex((v: number) => !Number.isFinite(v));
  if (bad >= 0)
    throw new RangeError(
      `${name}: ${what} must be finite, but entry ${bad} of ${entries.length} is ${entries[bad]}; ` +
        `clip them, or look for the NaN before this line${hint}.`,
    );
}

/** Refuses what is no array of floating-point numbers with at least one axis. */
export function checkFloats(name: string, what: string, x: np.Array): void {
  if (!isArray(x))
    throw new TypeError(
      `${name}: ${what} must be an array of jax-js, not ${described(x)}; wrap numbers with np.array(...).`,
    );
  if (x.ndim === 0)
    throw new RangeError(`${name}: ${what} must have at least one axis, but have shape []; use shape [1].`);
  if (x.dtype !== "float32" && x.dtype !== "float64" && x.dtype !== "float16")
    throw new TypeError(`${name}: ${what} must be floating-point, not ${x.dtype}; use .astype(np.float32).`);
}

/** Refuses options that are no record, and names that are not known: one that is misspelt would be ignored. */
export function checkNames(name: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== "object" || given === null || isArray(given))
    throw new TypeError(
      `${name}: options must be given by name, as in { ${known[0]}: ... }, not as ${isArray(given) ? "an array" : described(given)}.`,
    );
  const other = Object.keys(given).find((key) => !known.includes(key));
  if (other !== undefined)
    throw new RangeError(`${name}: option ${other} is unknown; known: ${known.join(", ")}.`);
}

/** Refuses a k that is no whole number from 1 to the length of the last axis, and scores that are no floating-point array. */
export function checkCount(name: string, scores: np.Array, k: number): void {
  checkFloats(name, "scores", scores);
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
