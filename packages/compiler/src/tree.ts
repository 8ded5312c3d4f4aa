import { leavesWithPaths } from "@hardgrad/onnx/graph";

/** The leaves of a tree by name: their paths, joined by points; the name of a tree that is a leaf is "". */
export const namedLeaves = (tree: unknown): [name: string, leaf: unknown][] =>
  leavesWithPaths(tree).map(({ path, value }) => [path.join("."), value]);

/** A tree of the same form with other leaves. */
export function mapLeaves(tree: unknown, change: (leaf: unknown, name: string) => unknown): unknown {
  const leaves = namedLeaves(tree)[Symbol.iterator]();
  const rebuild = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(rebuild);
    if (isNode(part)) return Object.fromEntries(Object.entries(part).map(([key, x]) => [key, rebuild(x)]));
    const [name, leaf] = leaves.next().value!;
    return change(leaf, name);
  };
  return rebuild(tree);
}

const isNode = (x: unknown): x is object => typeof x === "object" && x !== null && x.constructor === Object;

/** A name below a prefix; the name "" is the prefix itself. */
export const under = (prefix: string, name: string): string => (name === "" ? prefix : `${prefix}.${name}`);
