import { nn, numpy as np } from "@jax-js/jax";

/** A categorical variable as a tree of binary ones: each inner node decides between two sets of categories. */

export interface TreeNode {
  /** Categories reached when the node is 1, and when it is 0. */
  readonly ones: readonly number[];
  readonly zeros: readonly number[];
}

/** C - 1 nodes. "balanced" halves the set each time; "stick-breaking" takes one category off each time. */
export function treeNodes(categories: number, shape: "balanced" | "stick-breaking"): TreeNode[] {
  const build = (set: readonly number[]): TreeNode[] => {
    if (set.length < 2) return [];
    const cut = shape === "balanced" ? Math.ceil(set.length / 2) : 1;
    const [ones, zeros] = [set.slice(0, cut), set.slice(cut)];
    return [{ ones, zeros }, ...build(ones), ...build(zeros)];
  };
  return build(Array.from({ length: categories }, (_, i) => i));
}

/** `[nodes, categories]`: 1 where the category lies on that side. */
function sides(nodes: readonly TreeNode[], categories: number, side: "ones" | "zeros"): number[][] {
  return nodes.map((node) => Array.from({ length: categories }, (_, c) => (node[side].includes(c) ? 1 : 0)));
}

/** Logits of the nodes, `log(mass of ones) - log(mass of zeros)`: `[..., nodes]`. Consumes logits `[..., C]`. */
export function nodeLogits(logits: np.Array, nodes: readonly TreeNode[]): np.Array {
  const categories = logits.shape.at(-1)!;
  const wide = logits.reshape([...logits.shape.slice(0, -1), 1, categories]);
  const mass = (side: "ones" | "zeros"): np.Array =>
    nn.logsumexp(np.where(np.array(sides(nodes, categories, side)).astype(np.bool), wide.ref, -1e9), -1);
  const result = mass("ones").sub(mass("zeros"));
  wide.dispose();
  return result;
}

/** The category that bits `[..., nodes]` lead to, one-hot, and which nodes lie on the way. Consumes bits. */
export function followTree(
  bits: np.Array,
  nodes: readonly TreeNode[],
  categories: number,
): { sample: np.Array; visited: np.Array } {
  const ones = np.array(sides(nodes, categories, "ones"));
  const zeros = np.array(sides(nodes, categories, "zeros"));
  const wide = bits.reshape([...bits.shape, 1]);
  // A category is reached if no node of its path points to the other side.
  const against = np.sum(ones.ref.mul(np.negative(wide.ref).add(1)), -2).add(np.sum(zeros.ref.mul(wide), -2));
  const sample = np.less(against, 0.5).astype(np.float32);
  const under = ones.add(zeros);
  const visited = np.sum(under.mul(sample.ref.reshape([...sample.shape.slice(0, -1), 1, categories])), -1);
  return { sample, visited };
}
