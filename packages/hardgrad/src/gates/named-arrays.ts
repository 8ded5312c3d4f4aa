import type { numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "../types.ts";

/** Refuses names that are not among the known ones: a typing error must not mean "none given". */
export function checkArrayNames(
  where: string,
  what: string,
  given: NamedArrays,
  known: NamedArrays,
  whatKnown: string,
): void {
  const names = Object.keys(known);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = names.find((n) => n.toLowerCase() === name.toLowerCase());
    const list = names.length > 12 ? [...names.slice(0, 12), "..."] : names;
    throw new RangeError(
      `${where}: ${what} ${name} belongs to no ${whatKnown}; ` +
        (meant ? `did you mean ${meant}?` : `use ${list.length ? `one of ${list.join(", ")}` : "no name"}.`),
    );
  }
}

/** Refuses two groups whose names differ, or whose arrays of one name differ in shape. */
export function checkSame(
  where: string,
  what: string,
  given: NamedArrays,
  known: NamedArrays,
  whatKnown: string,
): void {
  checkArrayNames(where, what, given, known, whatKnown);
  for (const [name, array] of Object.entries(known)) {
    const own = given[name];
    if (own === undefined)
      throw new RangeError(`${where}: ${whatKnown} ${name} has no ${what}; give both groups the same names.`);
    checkShape(where, `${what} ${name}`, own, array.shape);
  }
}

/** Refuses any other shape: one that merely broadcasts would count entries more than once. */
export function checkShape(where: string, what: string, array: np.Array, shape: readonly number[]): void {
  if (array.shape.length === shape.length && array.shape.every((n, i) => n === shape[i])) return;
  throw new RangeError(`${where}: ${what} has shape [${array.shape}], but must have [${shape}].`);
}
