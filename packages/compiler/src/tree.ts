import type { PlainTensor } from "./arrays.ts";

/** The leaves of a tree by name: their paths, joined by points. The name of a tree that is a leaf is "". */
export function namedLeaves(tree: unknown, name = ""): [name: string, leaf: unknown][] {
  return isNode(tree)
    ? Object.entries(tree).flatMap(([key, part]) => namedLeaves(part, nameUnder(name, key)))
    : [[name, tree]];
}

/** A tree of the same form with other leaves. */
export function mapLeaves(
  tree: unknown,
  change: (name: string, leaf: unknown) => unknown,
  name = "",
): unknown {
  if (!isNode(tree)) return change(name, tree);
  const parts = Object.entries(tree).map(([key, part]) => [
    key,
    mapLeaves(part, change, nameUnder(name, key)),
  ]);
  return Array.isArray(tree) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}

/** A name below another. */
export const nameUnder = (name: string, key: string): string =>
  name === "" || key === "" ? name + key : `${name}.${key}`;

/** Lists and records are nodes, as they are to jax-js; but for plain arrays. */
const isNode = (x: unknown): x is object =>
  Array.isArray(x) || (typeof x === "object" && x !== null && x.constructor === Object && !isPlainArray(x));

export const isPlainArray = (x: object): x is PlainTensor =>
  "shape" in x && Array.isArray(x.shape) && "data" in x && ArrayBuffer.isView(x.data);
