import { Builder } from "./builder.ts";
import { type Graph, type Node, sameShape, type Value } from "./types.ts";

/**
 * What a rule may ask while a graph is rebuilt. Rules look at the old graph, which is complete, and build in the new
 * one.
 */
export interface Rewriter {
  /** The new graph. */
  readonly b: Builder;
  /** The new counterpart of an old value. */
  at(old: Value): Value;
  /** How often an old value is read, as an operand or as a result. */
  uses(old: Value): number;
  /** The nodes that read an old value. */
  readers(old: Value): readonly Node[];
}

/** The new value in place of the (only) result of an old node, or undefined where the rule does not apply. */
export type Rule = (node: Node, r: Rewriter) => Value | undefined;

/** Rebuilds the graph once; the first rule that applies to a node decides. */
export function rewrite(graph: Graph, rules: readonly Rule[]): { graph: Graph; fired: number } {
  const b = new Builder();
  const map = new Map<Value, Value>();
  const counts = new Map<Value, number>();
  for (const x of [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs])
    counts.set(x, (counts.get(x) ?? 0) + 1);
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes)
    for (const x of node.inputs) {
      const list = readers.get(x);
      if (list) list.push(node);
      else readers.set(x, [node]);
    }
  for (const x of graph.inputs) map.set(x, b.adopt(x));
  const at = (old: Value): Value => {
    const known = map.get(old);
    if (known) return known;
    const adopted = b.adopt(old);
    map.set(old, adopted);
    return adopted;
  };
  const r: Rewriter = {
    b,
    at,
    uses: (old) => counts.get(old) ?? 0,
    readers: (old) => readers.get(old) ?? [],
  };
  let fired = 0;
  for (const node of graph.nodes) {
    const replaced = applied(node, rules, r);
    if (replaced) {
      fired++;
      map.set(node.outputs[0]!, replaced);
      continue;
    }
    const outputs = b.emitAll(node.op, node.inputs.map(at), node.attributes, node.outputs);
    node.outputs.forEach((old, i) => {
      map.set(old, outputs[i]!);
    });
  }
  return { graph: b.graph(graph.outputs.map(at)), fired };
}

function applied(node: Node, rules: readonly Rule[], r: Rewriter): Value | undefined {
  if (node.outputs.length !== 1) return undefined;
  for (const rule of rules) {
    const value = rule(node, r);
    if (!value) continue;
    const { dtype, shape } = node.outputs[0]!;
    if (value.dtype !== dtype || !sameShape(value.shape, shape))
      throw new Error(`A rule made ${value.dtype}[${value.shape}] of a ${node.op} to ${dtype}[${shape}].`);
    return value;
  }
  return undefined;
}

/** Rebuilds until nothing changes; the bound only guards against rules that undo each other. */
export function rewriteAll(graph: Graph, rules: readonly Rule[]): Graph {
  let current = graph;
  for (let round = 0; round < 100; round++) {
    const next = rewrite(current, rules);
    current = next.graph;
    if (next.fired === 0) return current;
  }
  throw new Error("Rewriting does not end: two rules undo each other.");
}
