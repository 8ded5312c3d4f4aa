import { LoweringError } from "@hardgrad/onnx";
import { type Graph, type Node, size, type Value } from "@hardgrad/onnx/graph";
import { decompose, fresh } from "./decompose.ts";
import { Fuser } from "./fuse.ts";
import { findGatheredDots, type GatheredDots } from "./gathered-dots.ts";
import { elementwiseOperators, reductionOperators, viewOperators } from "./operators.ts";
import type { Operand, ScheduledStep } from "./steps.ts";
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

/** No other value has this number: the zero around a padded array. */
const zeroId = -(2 ** 31);

/** Parts a graph into steps, in the order in which they run. */
export function schedule(graph: Graph): {
  readonly steps: readonly ScheduledStep[];
  readonly outputs: readonly Operand[];
} {
  const fuser = new Fuser();
  const scheduler = new Scheduler(fuser, findGatheredDots(graph));
  for (const node of graph.nodes) scheduler.add(node);
  const outputs = graph.outputs.map((x) => scheduler.stored(x));
  return { steps: fuser.steps, outputs };
}

class Scheduler {
  readonly #fuser: Fuser;
  readonly #dots: ReadonlyMap<Node, GatheredDots>;
  readonly #looks = new Map<Value, Operand>();

  constructor(fuser: Fuser, dots: ReadonlyMap<Node, GatheredDots>) {
    this.#fuser = fuser;
    this.#dots = dots;
  }

  add(node: Node): void {
    const parts = decompose(node);
    if (parts) {
      for (const part of parts) this.add(part);
      return;
    }
    const dots = this.#dots.get(node);
    if (dots) {
      if (node === dots.product) this.#gatheredDots(dots);
      return;
    }
    const [out] = node.outputs as [Value];
    if (viewOperators.has(node.op)) {
      const operand = this.operand(node.inputs[0]!);
      const view = look(node, operand.view, out.shape);
      if (view) this.#looks.set(out, { root: operand.root, view });
      else {
        // The elements of the operand in order are those of the result in order.
        const copied = this.#fuser.loop(
          node,
          [{ root: operand.root, view: operand.view }],
          operand.view.shape,
          [],
        );
        this.#looks.set(out, { root: copied, view: whole(out.shape) });
      }
    } else if (elementwiseOperators.has(node.op)) {
      const operands = node.inputs.map((x) => this.#broadcast(this.operand(x), out.shape));
      this.#fuser.loop(node, operands, out.shape, []);
    } else if (reductionOperators.has(node.op)) {
      const operand = this.operand(node.inputs[0]!);
      const rank = operand.view.shape.length;
      const axes = (node.attributes.axes as readonly number[]).map((axis) => (axis < 0 ? axis + rank : axis));
      this.#fuser.loop(node, [operand], operand.view.shape, axes);
    } else if (node.op === "Gemm") this.#gemm(node);
    else if (node.op === "Concat") this.#concat(node);
    else if (node.op === "Pad" && !(node.attributes.pads as readonly number[]).some((n) => n < 0))
      this.#pad(node);
    else if (node.op === "ScatterElements") this.#scatter(node);
    else
      this.#fuser.single(
        node,
        node.inputs.map((x) => this.operand(x)),
      );
  }

  /** Rows are picked where they are multiplied. */
  #gatheredDots({ gather, product }: GatheredDots): void {
    const operands = [...gather.inputs, product.inputs[0]!].map((x) => this.#inOrder(x));
    const vectors = product.inputs[0]!.shape[0]!;
    const rows = product.outputs[0]!.shape[2]!;
    this.#fuser.single(
      {
        op: "RowDots",
        inputs: operands.map(({ root }) => root),
        attributes: { vectors, rows },
        outputs: product.outputs,
      },
      operands,
    );
  }

  /** A value whose elements lie in order: a copy, where they do not. */
  #inOrder(x: Value): Operand {
    const operand = this.operand(x);
    if (isRowMajor(operand.view)) return operand;
    const out = fresh(x, "Identity", [operand.root]);
    this.#fuser.loop(out.node!, [operand], operand.view.shape, []);
    return { root: out, view: whole(x.shape) };
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
    this.#fuser.single({ op: "MatMul", inputs: [a!, b!], attributes: {}, outputs: [product] }, [
      side(a!, attributes.transA === 1),
      side(b!, attributes.transB === 1),
    ]);
    if (!c) return;
    const sum: Node = { op: "Add", inputs: [product, c], attributes: {}, outputs: [out] };
    this.#fuser.loop(
      sum,
      [this.operand(product), this.#broadcast(this.operand(c), out.shape)],
      out.shape,
      [],
    );
  }

  /** Parts side by side along an axis: each is written to its place. */
  #concat({ inputs, attributes, outputs }: Node): void {
    const [out] = outputs as [Value];
    const axis = attributes.axis as number;
    let start = 0;
    for (const x of inputs) {
      this.#fuser.write(this.operand(x), out, slicedView(whole(out.shape), x.shape, [axis], [start], [1]));
      start += x.shape[axis]!;
    }
  }

  /** Zeros around an array: they are written first. */
  #pad({ inputs: [x], attributes, outputs }: Node): void {
    const [out] = outputs as [Value];
    const pads = attributes.pads as readonly number[];
    const zero: Value = { id: zeroId, dtype: out.dtype, shape: [], data: new Int32Array(1) };
    this.#fuser.write({ root: zero, view: expandedView(whole([]), out.shape) }, out, whole(out.shape));
    const axes = x!.shape.map((_, axis) => axis);
    this.#fuser.write(
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
      this.#fuser.single(node, [x, index, updates]);
      return;
    }
    this.#fuser.write(x, out, whole(out.shape));
    this.#fuser.single({ ...node, op: "ScatterRows" }, [index, updates]);
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
    this.#fuser.loop(out.node!, [operand], view.shape, []);
    return { root: out, view: whole(x.shape) };
  }

  #broadcast({ root, view }: Operand, shape: readonly number[]): Operand {
    return { root, view: expandedView(view, shape) };
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
