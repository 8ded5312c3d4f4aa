import { LoweringError } from "@hardgrad/onnx";
import { type Graph, type Node, size, type Value } from "@hardgrad/onnx/graph";
import { decompose, fresh } from "./decompose.ts";
import { elementwiseOperators, reductionOperators, viewOperators } from "./operators.ts";
import { commonRefinement, splitStrides } from "./refine.ts";
import {
  expandedView,
  isRowMajor,
  isWhole,
  patches,
  reshapedView,
  slicedView,
  transposedView,
  type View,
  whole,
} from "./views.ts";

/** An operand: an array in memory, or a value of the same loop; and how it is looked at. */
export interface Operand {
  /** What a node computes, or an input or a constant. */
  readonly root: Value;
  /** Of the root's elements, in the shape of the loop's element. */
  readonly view: View;
}

/** A node of a loop. */
export interface LoopNode {
  readonly node: Node;
  readonly operands: readonly Operand[];
  /** Lengths of its loop, without ones. */
  readonly lengths: readonly number[];
  /** Which of them it sums over (or takes the maximum, ...): none for an elementwise node. */
  readonly folded: readonly boolean[];
}

/** Nodes that run in one pass over memory: a loop nest. */
export interface Loop {
  readonly kind: "loop";
  /** A refinement of the lengths of all nodes. */
  lengths: readonly number[];
  /** Which of `lengths` its reductions fold; undefined while it has none. */
  folded: readonly boolean[] | undefined;
  readonly nodes: LoopNode[];
  /** Where the only node writes, if that is a part of an array. */
  readonly into?: Operand;
}

/** A node that runs by itself: a matrix product, or one of the rarer operators. */
export interface Single {
  readonly kind: "single";
  readonly node: Node;
  readonly operands: readonly Operand[];
}

export type ScheduledStep = Loop | Single;

/** A loop with more arrays or nodes than this is ended: registers are few. */
export const MOST_NODES = 160;
export const MOST_ARRAYS = 40;
/** No other value has this number: the zero around a padded array. */
const zeroId = -(2 ** 31);

/** Parts a graph into steps, in the order in which they run. */
export function schedule(graph: Graph): {
  readonly steps: readonly ScheduledStep[];
  readonly outputs: readonly Operand[];
} {
  const scheduler = new Scheduler();
  for (const node of graph.nodes) scheduler.add(node);
  const outputs = graph.outputs.map((x) => scheduler.stored(x));
  return { steps: scheduler.steps, outputs };
}

class Scheduler {
  readonly steps: ScheduledStep[] = [];
  readonly #looks = new Map<Value, Operand>();
  readonly #stepOf = new Map<Value, number>();
  /** Results of reductions, and of single nodes: not to be had before their step has ended. */
  readonly #late = new Set<Value>();
  readonly #arrays = new Map<Loop, Set<Value>>();

  add(node: Node): void {
    const parts = decompose(node);
    if (parts) {
      for (const part of parts) this.add(part);
      return;
    }
    const [out] = node.outputs as [Value];
    if (viewOperators.has(node.op)) {
      const operand = this.operand(node.inputs[0]!);
      const view = look(node, operand.view, out.shape);
      if (view) this.#looks.set(out, { root: operand.root, view });
      else {
        // The elements of the operand in order are those of the result in order.
        const copied = this.#loop(node, [{ root: operand.root, view: operand.view }], operand.view.shape, []);
        this.#looks.set(out, { root: copied, view: whole(out.shape) });
      }
    } else if (elementwiseOperators.has(node.op)) {
      const operands = node.inputs.map((x) => this.#broadcast(this.operand(x), out.shape));
      this.#loop(node, operands, out.shape, []);
    } else if (reductionOperators.has(node.op)) {
      const operand = this.operand(node.inputs[0]!);
      const rank = operand.view.shape.length;
      const axes = (node.attributes.axes as readonly number[]).map((axis) => (axis < 0 ? axis + rank : axis));
      this.#loop(node, [operand], operand.view.shape, axes);
    } else if (node.op === "Gemm") this.#gemm(node);
    else if (node.op === "Concat") this.#concat(node);
    else if (node.op === "Pad" && !(node.attributes.pads as readonly number[]).some((n) => n < 0))
      this.#pad(node);
    else if (node.op === "ScatterElements") this.#scatter(node);
    else
      this.#single(
        node,
        node.inputs.map((x) => this.operand(x)),
      );
  }

  /** A product of which one side or both are transposed, and an array that is added: both are steps of their own. */
  #gemm({ inputs: [a, b, c], attributes, outputs }: Node): void {
    const [out] = outputs as [Value];
    const side = (x: Value, turned: boolean): Operand => {
      const { root, view } = this.operand(x);
      return { root, view: turned ? transposedView(view, [1, 0]) : view };
    };
    const { alpha = 1, beta = 1 } = attributes;
    if (alpha !== 1 || beta !== 1) throw new LoweringError("compile: a Gemm with factors has no kernel.");
    const product: Value = c ? fresh(out, "MatMul", [a!, b!]) : out;
    this.#single({ op: "MatMul", inputs: [a!, b!], attributes: {}, outputs: [product] }, [
      side(a!, attributes.transA === 1),
      side(b!, attributes.transB === 1),
    ]);
    if (!c) return;
    const sum: Node = { op: "Add", inputs: [product, c], attributes: {}, outputs: [out] };
    this.#loop(sum, [this.operand(product), this.#broadcast(this.operand(c), out.shape)], out.shape, []);
  }

  /** Parts side by side along an axis: each is written to its place. */
  #concat({ inputs, attributes, outputs }: Node): void {
    const [out] = outputs as [Value];
    const axis = attributes.axis as number;
    let start = 0;
    for (const x of inputs) {
      this.#write(this.operand(x), out, slicedView(whole(out.shape), x.shape, [axis], [start], [1]));
      start += x.shape[axis]!;
    }
  }

  /** Zeros around an array: they are written first. */
  #pad({ inputs: [x], attributes, outputs }: Node): void {
    const [out] = outputs as [Value];
    const pads = attributes.pads as readonly number[];
    const zero: Value = { id: zeroId, dtype: out.dtype, shape: [], data: new Int32Array(1) };
    this.#write({ root: zero, view: expandedView(whole([]), out.shape) }, out, whole(out.shape));
    const axes = x!.shape.map((_, axis) => axis);
    this.#write(
      this.operand(x!),
      out,
      slicedView(
        whole(out.shape),
        x!.shape,
        axes,
        pads,
        axes.map(() => 1),
      ),
    );
  }

  /** Whole rows that are added to rows: to a copy of the array, in place. Else element by element. */
  #scatter(node: Node): void {
    const [x, index, updates] = node.inputs.map((input) => this.operand(input)) as [
      Operand,
      Operand,
      Operand,
    ];
    const [out] = node.outputs as [Value];
    const rows =
      node.attributes.axis === 0 &&
      out.shape.length === 2 &&
      (index.view.shape[1] === 1 || index.view.strides[1] === 0) &&
      updates.view.shape[1] === out.shape[1] &&
      isRowMajor(updates.view) &&
      out.dtype !== "uint8" &&
      out.shape[0]! > 0;
    if (!rows) {
      this.#single(node, [x, index, updates]);
      return;
    }
    this.#write(x, out, whole(out.shape));
    this.#single({ ...node, op: "ScatterRows" }, [index, updates]);
  }

  /** Copies an array to a part of another: a loop of its own. */
  #write({ root, view }: Operand, target: Value, part: View): void {
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

  #single(node: Node, operands: readonly Operand[]): void {
    for (const x of node.outputs) {
      this.#stepOf.set(x, this.steps.length);
      this.#late.add(x);
    }
    this.steps.push({ kind: "single", node, operands });
  }

  /** How a value is got: what it is a view of. */
  operand(x: Value): Operand {
    return this.#looks.get(x) ?? { root: x, view: whole(x.shape) };
  }

  /** A result of the graph, which has an array of its own in order. */
  stored(x: Value): Operand {
    const operand = this.operand(x);
    const { root, view } = operand;
    if (root.node && isWhole(view) && size(root.shape) === size(view.shape)) return operand;
    const out = fresh(x, "Identity", [root]);
    this.#loop(out.node!, [operand], view.shape, []);
    return { root: out, view: whole(x.shape) };
  }

  #broadcast({ root, view }: Operand, shape: readonly number[]): Operand {
    return { root, view: expandedView(view, shape) };
  }

  /** Puts a node into a loop, and returns its result. */
  #loop(node: Node, operands: readonly Operand[], shape: readonly number[], axes: readonly number[]): Value {
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

/** A view of a view; undefined where it needs a copy. */
function look(node: Node, view: View, shape: readonly number[]): View | undefined {
  const list = (name: string): readonly number[] => node.attributes[name] as readonly number[];
  switch (node.op) {
    case "Reshape":
      return reshapedView(view, shape);
    case "Transpose":
      return transposedView(view, list("perm"));
    case "Expand":
      return expandedView(view, shape);
    case "Patches":
      return patches(view, shape, list("strides"), list("dilations"));
    case "Slice":
      return slicedView(view, shape, list("axes"), list("starts"), list("steps"));
    default:
      throw new LoweringError(`compile: ${node.op} is no view.`);
  }
}
