import { Array as ConcreteArray, type numpy as np } from "@jax-js/jax";
import { possible } from "./distributions/mask.ts";
import { scalarInRange } from "./scalars.ts";
import type { Distribution, Estimator, Objective, OptionsTable } from "./types.ts";

/**
 * Refuses logits that can't be logits. Values are looked at only where there are any: inside `jit` and
 * `grad` an array is a tracer, and a NaN travels on into the sample and the loss instead.
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
      `${name}: logits must be an array of jax-js, not ${describe(logits)}; wrap numbers with np.array(...).`,
    );
  if (logits.ndim === 0)
    throw new RangeError(`${name}: logits must have at least one axis, but have shape []; use shape [1].`);
  if (logits.shape.includes(0))
    throw new RangeError(`${name}: logits of shape [${logits.shape}] are empty; there is nothing to sample.`);
  if (logits.dtype !== "float32" && logits.dtype !== "float64" && logits.dtype !== "float16")
    throw new TypeError(
      `${name}: logits must be floating-point, not ${logits.dtype}; use .astype(np.float32).`,
    );
  if (!values || !(logits instanceof ConcreteArray)) return;
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

function describe(value: unknown): string {
  if (value === undefined || value === null) return value === null ? "null" : "nothing";
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "a plain list";
  return typeof value === "object" ? "an object that is no array" : `a ${typeof value}`;
}

/** Calls f once, at samples that q allows, and checks that it gave one loss per example. */
export function evaluate(name: string, q: Distribution, f: Objective, sample: np.Array): np.Array {
  const { shape } = sample;
  const lead = shape.slice(0, shape.length - q.eventShape.length);
  const losses: unknown = called(name, f, possible(q, sample));
  if (!isArray(losses))
    throw new TypeError(
      `${name}: the objective must return an array of losses, shape [${lead}], but returned ${describe(losses)}; ` +
        `${losses instanceof Promise ? "it must not be async" : "return np.sum(..., -1), for example"}.`,
    );
  if (losses.shape.length === lead.length && losses.shape.every((n, i) => n === lead[i])) return losses;
  const way =
    lead.length > q.batchShape.length
      ? `samples come on new leading axes, here [${lead.slice(0, lead.length - q.batchShape.length)}]: count axes from the end, such as .sum(-1)`
      : losses.shape.length < lead.length
        ? "sum over the last axes of the example only, and take the mean over the batch after expectation(...)"
        : "reduce the axes of the example";
  throw new RangeError(
    `${name}: the objective must return one loss per example, shape [${lead}] for a sample of shape [${shape}], ` +
      `but returned shape [${losses.shape}]; ${way}.`,
  );
}

/** f at the sample; what jax-js says of an array that is used up is said in our words, with the cause. */
function called(name: string, f: Objective, sample: np.Array): unknown {
  if (typeof f !== "function")
    throw new TypeError(`${name}: the objective must be a function of the sample, not ${describe(f)}.`);
  try {
    return f(sample);
  } catch (cause) {
    throw isUsedUp(cause) ? usedUp(name, cause) : cause;
  }
}

/** What a user can do about it. */
export function usedUp(name: string, cause: Error): ReferenceError {
  return new ReferenceError(
    `${name}: the objective used an array again after it was consumed; write x.ref at every use of x but the last, ` +
      "and at every use of an array that the objective captures.",
    { cause },
  );
}

/** Whether jax-js says that an array was used after it was consumed. */
export function isUsedUp(error: unknown): error is ReferenceError {
  return error instanceof ReferenceError && error.message.startsWith("Referenced tracer");
}

/** Whether it is an array of jax-js, a tracer included. */
export function isArray(value: unknown): value is np.Array {
  return typeof value === "object" && value !== null && "ndim" in value && "shape" in value;
}

/** Refuses a distribution that the estimator does not support. */
export function checkSupport(estimator: Estimator, q: Distribution): void {
  if (!estimator.supports.includes(q.kind))
    throw new RangeError(
      `${estimator.id} does not support ${q.kind} variables (it supports ${estimator.supports.join(", ")}); ` +
        `choose another with \`hardgrad list\`.`,
    );
  const { probabilities = ["sigmoid"] } = estimator;
  if (!probabilities.includes(q.probability))
    throw new RangeError(
      `${estimator.id} needs ${probabilities.join(" or ")} probabilities, but this distribution has ${q.probability} ones; ` +
        "use bernoulli(logits) without the option, or straightThroughHardSigmoid().",
    );
}

/** Fills in defaults and refuses what is out of range, of the wrong type, or unknown. */
export function resolveOptions<T extends { [name: string]: number | string | boolean | np.Array }>(
  name: string,
  table: OptionsTable,
  given: { readonly [name: string]: unknown },
): T {
  for (const key of Object.keys(given))
    if (!(key in table)) {
      const known = Object.keys(table).join(", ");
      throw new RangeError(
        `${name}: option ${key} is unknown; ${known ? `known: ${known}` : "it takes none"}.`,
      );
    }
  const settings: { [name: string]: number | string | boolean | np.Array } = {};
  for (const [key, spec] of Object.entries(table)) {
    const value = given[key] === undefined ? spec.default : given[key];
    if (spec.type === "choice") {
      if (typeof value !== "string" || !spec.choices.includes(value))
        throw new RangeError(`${name}: ${key} must be one of ${spec.choices.join(", ")}, not ${value}.`);
      settings[key] = value;
    } else if (spec.type === "boolean") {
      if (typeof value !== "boolean")
        throw new RangeError(`${name}: ${key} must be true or false, not ${JSON.stringify(value) ?? value}.`);
      settings[key] = value;
    } else if (spec.schedulable && value !== null && typeof value === "object" && "ndim" in value) {
      settings[key] = scalarInRange(name, key, value as np.Array, spec);
    } else {
      const rule = `${spec.integer ? "a whole number" : "a number"} from ${spec.min} to ${spec.max}`;
      if (typeof value !== "number" || !(value >= spec.min && value <= spec.max))
        throw new RangeError(`${name}: ${key} must be ${rule}, not ${JSON.stringify(value) ?? value}.`);
      if (spec.integer && !Number.isInteger(value))
        throw new RangeError(`${name}: ${key} must be ${rule}, not ${value}.`);
      settings[key] = value;
    }
  }
  return settings as T;
}
