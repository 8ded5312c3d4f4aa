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
type Apply = (node: Node, r: Rewriter) => Value | undefined;

/** A rule for nodes of some operators. */
export interface Rule {
  readonly ops: readonly string[];
  readonly apply: Apply;
}

export const on = (ops: readonly string[], apply: Apply): Rule => ({ ops, apply });

type ByOperator = ReadonlyMap<string, readonly Apply[]>;

function byOperator(rules: readonly Rule[]): ByOperator {
  const found = new Map<string, Apply[]>();
  for (const { ops, apply } of rules)
    for (const op of ops) {
      const list = found.get(op);
      if (list) list.push(apply);
      else found.set(op, [apply]);
    }
  return found;
}

/** Rebuilds the graph once; the first rule that applies to a node decides. What does not change is kept, be it all. */
function rewrite(graph: Graph, rules: ByOperator): Graph {
  const b = new Builder();
  for (const x of graph.inputs) b.adopt(x);
  /** Replaced values, and constants that were adopted. */
  const map = new Map<Value, Value>();
  const at = (old: Value): Value => {
    const known = map.get(old);
    if (known || !old.data) return known ?? old;
    const adopted = b.adopt(old);
    map.set(old, adopted);
    return adopted;
  };
  const r: Rewriter = { b, at, ...readingOf(graph) };
  let fired = false;
  for (const node of graph.nodes) {
    const replaced = applied(node, rules.get(node.op) ?? [], r);
    if (replaced) {
      fired = true;
      map.set(node.outputs[0]!, replaced);
      continue;
    }
    const outputs = b.keep(node, at);
    if (outputs === node.outputs) continue;
    node.outputs.forEach((old, i) => {
      map.set(old, outputs[i]!);
    });
  }
  return fired ? b.graph(graph.outputs.map(at)) : graph;
}

function readingOf({ nodes, outputs }: Graph): Pick<Rewriter, "uses" | "readers"> {
  const counts = new Map<Value, number>();
  const count = (x: Value): void => {
    counts.set(x, (counts.get(x) ?? 0) + 1);
  };
  for (const { inputs } of nodes) inputs.forEach(count);
  outputs.forEach(count);
  let readers: Map<Value, Node[]> | undefined;
  return {
    uses: (old) => counts.get(old) ?? 0,
    readers: (old) => {
      readers ??= readersOf(nodes);
      return readers.get(old) ?? [];
    },
  };
}

function readersOf(nodes: readonly Node[]): Map<Value, Node[]> {
  const readers = new Map<Value, Node[]>();
  for (const node of nodes)
    for (const x of node.inputs) {
      const list = readers.get(x);
      if (list) list.push(node);
      else readers.set(x, [node]);
    }
  return readers;
}

function applied(node: Node, rules: readonly Apply[], r: Rewriter): Value | undefined {
  if (node.outputs.length !== 1) return undefined;
  for (const apply of rules) {
    const value = apply(node, r);
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
  const indexed = byOperator(rules);
  let current = graph;
  for (let round = 0; round < 100; round++) {
    const next = rewrite(current, indexed);
    if (next === current) return current;
    current = next;
  }
  throw new Error("Rewriting does not end: two rules undo each other.");
}
