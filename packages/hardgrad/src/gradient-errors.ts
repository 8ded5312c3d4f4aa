import { numpy as np } from "@jax-js/jax";
import { isArray } from "./arguments.ts";

/** Refuses a number that names no argument of the call. */
export function checkArgnums(name: string, argnums: readonly number[], count: number): void {
  for (const i of argnums)
    if (!Number.isInteger(i) || i < 0 || i >= count)
      throw new RangeError(
        `${name}: argnums must be whole numbers from 0 to ${count - 1}, the arguments of this call, not ${i}.`,
      );
}

/** What f returned with `hasAux`: a pair, or an error. */
export function checkPair(name: string, result: unknown): [unknown, unknown] {
  if (Array.isArray(result) && result.length === 2) return result as [unknown, unknown];
  throw new TypeError(`${name}: with hasAux the function must return [value, aux].`);
}

/** What f returned: one floating-point number, or an error. */
export function checkValue(name: string, value: unknown): np.Array {
  if (typeof value === "number") return np.array(value);
  if (!isArray(value))
    throw new TypeError(
      `${name}: the function must return a scalar array; with hasAux, [value, aux]. It returned ${described(value)}.`,
    );
  if (value.ndim !== 0)
    throw new RangeError(
      `${name}: the function must return one number, not an array of shape [${value.shape}]; ` +
        "take np.mean or np.sum of the losses.",
    );
  if (!value.dtype.startsWith("float"))
    throw new RangeError(`${name}: the function must return a floating-point number, not ${value.dtype}.`);
  return value;
}

function described(value: unknown): string {
  if (value instanceof Promise) return "a promise: it must not be async";
  return Array.isArray(value) ? "a list" : value === null ? "null" : typeof value;
}

const lacking = [
  /^No JVP rule for: (\S+)/,
  /^JVP rule not implemented for (?:reduce op: )?(\S+)/,
  /^Backward pass not implemented for (\S+)/,
  /^Nonlinear operation in backward pass for (\S+)/,
];

/** Runs `body`; an internal message of jax-js becomes a sentence, with the message as its cause. */
export function translated<T>(name: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : "";
    const primitive = lacking
      .map((pattern) => pattern.exec(message)?.[1])
      .find((found) => found !== undefined);
    if (primitive !== undefined)
      throw new TypeError(
        `${name}: jax-js has no gradient of ${primitive}, which the function uses; keep it out of what is ` +
          "differentiated with detach(x), or write it with other operations.",
        { cause },
      );
    throw cause;
  }
}
