import { Array as ConcreteArray } from "@jax-js/jax";
import { LoweringError } from "./errors.ts";

/** A leaf of a tree of arguments or results, and its path: `["w1"]`, `["layers", "0", "w"]`, `[]`. */
export interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Leaves in the order in which jax-js flattens trees: lists by position, plain objects by insertion. */
export function leavesWithPaths(tree: unknown, path: readonly string[] = []): Leaf[] {
  if (Array.isArray(tree)) return tree.flatMap((x, i) => leavesWithPaths(x, [...path, String(i)]));
  if (isPlainObject(tree))
    return Object.entries(tree).flatMap(([key, x]) => leavesWithPaths(x, [...path, key]));
  return [{ path, value: tree }];
}

const isPlainObject = (x: unknown): x is { [key: string]: unknown } =>
  typeof x === "object" && x !== null && !(x instanceof ConcreteArray) && x.constructor === Object;

/** Names by path; two equal names are an error that shows the way out. */
export function uniqueNames(names: readonly string[], what: string): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new LoweringError(
      `toOnnx: two ${what} would be called "${twice}"; give names with the option \`names\`.`,
    );
  return names;
}
