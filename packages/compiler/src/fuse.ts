import { type Node, size, type Value } from "@hardgrad/onnx/graph";
import { fresh } from "./decompose.ts";
import { commonRefinement, splitStrides } from "./refine.ts";
import {
  type Loop,
  type LoopNode,
  MOST_ARRAYS,
  MOST_NODES,
  type Operand,
  type ScheduledStep,
} from "./steps.ts";
import { isWhole, type View } from "./views.ts";

/** Collects nodes as steps: an elementwise node or a reduction joins the first loop that can take it. */
export class Fuser {
  readonly steps: ScheduledStep[] = [];
  readonly #stepOf = new Map<Value, number>();
  /** Results of reductions, and of single nodes: not to be had before their step has ended. */
  readonly #late = new Set<Value>();
  readonly #arrays = new Map<Loop, Set<Value>>();

  /** A node that runs by itself. */
  single(node: Node, operands: readonly Operand[]): void {
    for (const x of node.outputs) {
      this.#stepOf.set(x, this.steps.length);
      this.#late.add(x);
    }
    this.steps.push({ kind: "single", node, operands });
  }

  /** Copies an array to a part of another: a loop of its own. */
  write({ root, view }: Operand, target: Value, part: View): void {
    const node = fresh(target, "Identity", [root]).node!;
    const long = view.shape.flatMap((d, axis) => (d === 1 ? [] : [axis]));
    const lengths = long.map((axis) => view.shape[axis]!);
    const along = ({ offset, strides }: View): View => ({
      offset,
      shape: lengths,
      strides: long.map((axis) => strides[axis]!),
    });
    const only: LoopNode = {
      node,
      operands: [{ root, view: along(view) }],
      lengths,
      folded: lengths.map(() => false),
    };
    this.#stepOf.set(target, this.steps.length);
    this.#late.add(target);
    this.steps.push({
      kind: "loop",
      lengths,
      folded: undefined,
      nodes: [only],
      into: { root: target, view: along(part) },
    });
  }

  /** Puts a node into a loop, and returns its result. */
  loop(node: Node, operands: readonly Operand[], shape: readonly number[], axes: readonly number[]): Value {
    const long = shape.flatMap((d, axis) => (d === 1 ? [] : [axis]));
    const lengths = long.map((axis) => shape[axis]!);
    const folded = long.map((axis) => axes.includes(axis));
    const reducing = folded.includes(true);
    const added: LoopNode = {
      node,
      operands: operands.map(({ root, view }) => ({
        root,
        view: { offset: view.offset, shape: lengths, strides: long.map((axis) => view.strides[axis]!) },
      })),
      lengths,
      folded,
    };
    const [out] = node.outputs as [Value];
    let at = this.#first(added);
    for (; at < this.steps.length; at++) if (this.#joins(at, added, reducing)) break;
    if (at === this.steps.length) {
      const loop: Loop = { kind: "loop", lengths, folded: reducing ? folded : undefined, nodes: [added] };
      this.steps.push(loop);
      this.#arrays.set(loop, new Set(added.operands.map(({ root }) => root)));
    }
    this.#stepOf.set(out, at);
    if (reducing) this.#late.add(out);
    return out;
  }

  /** The first step in which all operands are there. */
  #first({ operands, lengths }: LoopNode): number {
    let first = 0;
    for (const { root, view } of operands) {
      const made = this.#stepOf.get(root);
      if (made === undefined) continue;
      const same = !this.#late.has(root) && size(lengths) === size(root.shape) && isWhole(view);
      first = Math.max(first, same ? made : made + 1);
    }
    return first;
  }

  #joins(at: number, added: LoopNode, reducing: boolean): boolean {
    const loop = this.steps[at]!;
    if (loop.kind !== "loop" || loop.into || loop.nodes.length >= MOST_NODES) return false;
    const lengths = commonRefinement(loop.lengths, added.lengths);
    if (!lengths) return false;
    const mask = (own: readonly number[], folded: readonly boolean[]): boolean[] =>
      splitStrides(own, folded.map(Number), lengths).map((x) => x !== 0);
    const present = loop.folded && mask(loop.lengths, loop.folded);
    const wanted = reducing ? mask(added.lengths, added.folded) : undefined;
    if (present && wanted && present.some((x, i) => x !== wanted[i])) return false;
    const arrays = this.#arrays.get(loop)!;
    const roots = added.operands.map(({ root }) => root);
    const long = roots.filter((root) => size(root.shape) > 1);
    const related = (root: Value): boolean => arrays.has(root) || this.#stepOf.get(root) === at;
    if (long.length > 0 && !long.some(related)) return false;
    if (arrays.size + roots.length > MOST_ARRAYS) return false;
    for (const root of roots) arrays.add(root);
    loop.lengths = lengths;
    loop.folded = present ?? wanted;
    loop.nodes.push(added);
    return true;
  }
}
