import type { numpy as np } from "@jax-js/jax";
import { described, isArray } from "./arguments.ts";
import { possible } from "./distributions/mask.ts";
import type { Distribution, Objective } from "./types.ts";

/** Calls f once, at samples that q allows, and checks that it gave one loss per example. */
export function lossesAt(name: string, q: Distribution, f: Objective, sample: np.Array): np.Array {
  const { shape } = sample;
  const lead = shape.slice(0, shape.length - q.eventShape.length);
  const losses: unknown = called(name, f, possible(q, sample));
  if (!isArray(losses))
    throw new TypeError(
      `${name}: the objective must return an array of losses, shape [${lead}], but returned ${described(losses)}; ` +
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
    throw new TypeError(`${name}: the objective must be a function of the sample, not ${described(f)}.`);
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
