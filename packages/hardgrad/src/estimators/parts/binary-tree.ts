import { numpy as np } from "@jax-js/jax";
import { type LogMass, logMass } from "../../distributions/without-replacement.ts";

/** A categorical variable as a tree of binary ones: each inner node decides between two sets of categories. */

/** Categories `start ... cut - 1` are reached when the node is 1, `cut ... end - 1` when it is 0. */
export interface TreeNode {
  readonly start: number;
  readonly cut: number;
  readonly end: number;
}

/** C - 1 nodes. "balanced" halves the set each time; "stick-breaking" takes one category off each time. */
export function treeNodes(categories: number, shape: "balanced" | "stick-breaking"): TreeNode[] {
  const nodes: TreeNode[] = [];
  const ahead = [{ start: 0, end: categories }];
  for (let set = ahead.pop(); set; set = ahead.pop()) {
    const { start, end } = set;
    if (end - start < 2) continue;
    const cut = start + (shape === "balanced" ? Math.ceil((end - start) / 2) : 1);
    nodes.push({ start, cut, end });
    ahead.push({ start: cut, end }, { start, end: cut });
  }
  return nodes;
}

/** `[nodes, categories]`: whether the category lies between two bounds of the node, by comparison. */
function between(
  nodes: readonly TreeNode[],
  categories: number,
  from: keyof TreeNode,
  to: keyof TreeNode,
): np.Array {
  const bound = (name: keyof TreeNode): np.Array =>
    np.array(Int32Array.from(nodes, (node) => node[name])).reshape([nodes.length, 1]);
  const every = np.arange(categories);
  return np.logicalAnd(np.greaterEqual(every.ref, bound(from)), np.less(every, bound(to)));
}

/** Logits of the nodes, `log(mass of ones) - log(mass of zeros)`: `[..., nodes]`. Consumes logits `[..., C]`. */
export function nodeLogits(logits: np.Array, nodes: readonly TreeNode[]): np.Array {
  const categories = logits.shape.at(-1)!;
  const wide = logits.reshape([...logits.shape.slice(0, -1), 1, categories]);
  const mass = (from: keyof TreeNode, to: keyof TreeNode): LogMass =>
    logMass(np.where(between(nodes, categories, from, to), wide.ref, Number.NEGATIVE_INFINITY));
  const [ones, zeros] = [mass("start", "cut"), mass("cut", "end")];
  wide.dispose();
  return ones.top.sub(zeros.top).add(ones.extra.sub(zeros.extra));
}

/** The category that bits `[..., nodes]` lead to, one-hot, and which nodes lie on the way. Consumes bits. */
export function followTree(
  bits: np.Array,
  nodes: readonly TreeNode[],
  categories: number,
): { sample: np.Array; visited: np.Array } {
  const ones = between(nodes, categories, "start", "cut").astype(np.float32);
  const zeros = between(nodes, categories, "cut", "end").astype(np.float32);
  const wide = bits.reshape([...bits.shape, 1]);
  // A category is reached if no node of its path points to the other side.
  const against = np.sum(ones.ref.mul(np.negative(wide.ref).add(1)), -2).add(np.sum(zeros.ref.mul(wide), -2));
  const sample = np.less(against, 0.5).astype(np.float32);
  const under = ones.add(zeros);
  const visited = np.sum(under.mul(sample.ref.reshape([...sample.shape.slice(0, -1), 1, categories])), -1);
  return { sample, visited };
}
