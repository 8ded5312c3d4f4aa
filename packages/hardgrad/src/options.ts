import type { numpy as np } from "@jax-js/jax";
import { scalarInRange } from "./scalars.ts";
import type { OptionSpec, OptionsTable } from "./types.ts";

type ValueOf<S extends OptionSpec> = S extends { readonly choices: readonly (infer C)[] }
  ? C
  : S extends { readonly type: "boolean" }
    ? boolean
    : S extends { readonly schedulable: true }
      ? number | np.Array
      : number;

/** The options in force: every one of a table, with its value. */
export type ResolvedOptions<T extends OptionsTable> = { readonly [N in keyof T]: ValueOf<T[N]> };

/** What may be given of a table's options: some, none, and no others. */
export type Given<T extends OptionsTable> = [keyof T] extends [never]
  ? { readonly [name: string]: never }
  : { readonly [N in keyof T]?: ValueOf<T[N]> };

/**
 * Fills in defaults and refuses what is out of range, of the wrong type, or unknown.
 *
 * @param name of what has the options, for messages.
 * @throws RangeError for each of these.
 */
export function resolveOptions<const T extends OptionsTable>(
  name: string,
  table: T,
  given: Given<T>,
): ResolvedOptions<T> {
  const known = Object.keys(table);
  for (const key of Object.keys(given))
    if (!known.includes(key))
      throw new RangeError(
        `${name}: option ${key} is unknown; ${known.length > 0 ? `known: ${known.join(", ")}` : "it takes none"}.`,
      );
  const settings = Object.entries(table).map(([key, spec]) => {
    const value = (given as { [name: string]: unknown })[key];
    return [key, checked(name, key, spec, value === undefined ? spec.default : value)];
  });
  return Object.fromEntries(settings) as ResolvedOptions<T>;
}

/** The value, if the option takes it. */
function checked(name: string, key: string, spec: OptionSpec, value: unknown): unknown {
  const refuse = (rule: string, shown: unknown = JSON.stringify(value) ?? value): never => {
    throw new RangeError(`${name}: ${key} must be ${rule}, not ${shown}.`);
  };
  if (spec.type === "choice")
    return spec.choices.includes(value as string)
      ? value
      : refuse(`one of ${spec.choices.join(", ")}`, `${value}`);
  if (spec.type === "boolean") return typeof value === "boolean" ? value : refuse("true or false");
  if (spec.schedulable && value !== null && typeof value === "object" && "ndim" in value)
    return scalarInRange(name, key, value as np.Array, spec);
  const fits = typeof value === "number" && value >= spec.min && value <= spec.max;
  if (fits && (!spec.integer || Number.isInteger(value))) return value;
  return refuse(`${spec.integer ? "a whole number" : "a number"} from ${spec.min} to ${spec.max}`);
}
