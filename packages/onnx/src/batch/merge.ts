import { Builder } from "../ir/builder.ts";
import { derivedAttributes } from "../ir/infer.ts";
import { type Attribute, type Graph, type Node, sameShape, type Value } from "../ir/types.ts";
import { DynamicSizes } from "./dynamic.ts";
import { fitLine, fitPower, type Three } from "./fit.ts";
import { refusal } from "./refusal.ts";

/** Attributes that count elements, which ONNX takes as tensors in this order. */
const counts: { readonly [op: string]: readonly string[] } = {
  Reshape: ["shape"],
  Expand: ["shape"],
  Slice: ["starts", "ends", "axes", "steps"],
  Pad: ["pads"],
};

/** One graph for all batch sizes, from those at three. `free` names the inputs whose first axis is the batch. */
export function merge(graphs: Three<Graph>, sizes: Three<number>, free: ReadonlySet<string>): Graph {
  return new Merger(graphs, sizes, free).graph();
}

class Merger {
  readonly #b = new Builder();
  readonly #graphs: Three<Graph>;
  readonly #sizes: Three<number>;
  /** The merged value of each value of the first graph. */
  readonly #merged = new Map<Value, Value>();
  readonly #dynamic: DynamicSizes;
  readonly #symbols = new Map<Value, readonly (string | undefined)[]>();

  constructor(graphs: Three<Graph>, sizes: Three<number>, free: ReadonlySet<string>) {
    this.#graphs = graphs;
    this.#sizes = sizes;
    for (const x of graphs[0].inputs) {
      this.#merged.set(x, this.#b.adopt(x));
      if (free.has(x.name!)) this.#symbols.set(x, ["batch"]);
    }
    const first = graphs[0].inputs.find((x) => free.has(x.name!))!;
    this.#dynamic = new DynamicSizes(this.#b, first, sizes);
  }

  graph(): Graph {
    const [one, two, three] = this.#graphs;
    if (one.nodes.length !== two.nodes.length || one.nodes.length !== three.nodes.length)
      throw refusal("the function has another structure for another batch size");
    one.nodes.forEach((node, i) => {
      this.#node([node, two.nodes[i]!, three.nodes[i]!]);
    });
    const outputs = one.outputs.map((x, i) => {
      const same = [x, two.outputs[i]!, three.outputs[i]!] as const;
      const value = this.#value(same);
      this.#symbols.set(value, this.#dimensions(same));
      return value;
    });
    return { ...this.#b.graph(outputs), symbols: this.#symbols };
  }

  #node(nodes: Three<Node>): void {
    const [one] = nodes;
    if (nodes.some(({ op, inputs }) => op !== one.op || inputs.length !== one.inputs.length))
      throw refusal(`there is ${nodes.map(({ op }) => op).join(" or ")} for one batch size or another`);
    const inputs = one.inputs.map((x, i) => this.#value([x, nodes[1].inputs[i]!, nodes[2].inputs[i]!]));
    const outputs = this.#emit(nodes, inputs);
    one.outputs.forEach((x, i) => {
      this.#merged.set(x, outputs[i]!);
    });
  }

  #emit(nodes: Three<Node>, inputs: readonly Value[]): readonly Value[] {
    const [one] = nodes;
    const differing = Object.keys(one.attributes).filter(
      (name) =>
        !derivedAttributes[one.op]?.includes(name) &&
        nodes.some(({ attributes }) => String(attributes[name]) !== String(one.attributes[name])),
    );
    if (differing.length === 0) return this.#b.emitAll(one.op, inputs, one.attributes);
    const names = counts[one.op];
    if (!names || differing.some((name) => !names.includes(name)))
      throw refusal(`${one.op} has ${differing.join(", ")} of its own for each batch size`);
    // One axis that follows from the others.
    const shapes = nodes.map(({ attributes }) => attributes.shape as readonly number[]) as unknown as Three<
      readonly number[]
    >;
    const changing = one.op === "Reshape" ? shapes[0].flatMap((d, i) => (shapes[1][i] === d ? [] : [i])) : [];
    if (changing.length === 1) {
      const written = shapes[0].map((d, i) => (i === changing[0] ? -1 : d));
      return this.#b.emitAll(one.op, inputs, { ...one.attributes, written });
    }
    const operands = names.map((name) => {
      const lists = nodes.map(({ attributes }) => listOf(attributes[name]!)) as unknown as Three<
        readonly number[]
      >;
      return this.#dynamic.vector(lists, one.op);
    });
    return this.#b.emitAll(one.op, [...inputs, ...operands], { ...one.attributes, given: 1 });
  }

  #value(values: Three<Value>): Value {
    const known = this.#merged.get(values[0]);
    if (known) return known;
    const made = this.#constant(values);
    this.#merged.set(values[0], made);
    return made;
  }

  #constant(values: Three<Value>): Value {
    const [one, ...others] = values;
    if (
      others.every(
        (x) => sameShape(x.shape, one.shape) && x.data!.every((v, i) => Object.is(v, one.data![i])),
      )
    )
      return this.#b.adopt(one);
    const { dtype, data } = one;
    if (values.every((x) => x.data!.length === 1)) {
      const numbers = values.map((x) => x.data![0]!) as unknown as Three<number>;
      const scaled = fitPower(numbers, this.#sizes);
      if (!scaled)
        throw refusal(`the number ${numbers.join(", ")} follows no law that could be written down`);
      const counts = this.#sizes.map((n) => [n + scaled.offset]) as unknown as Three<readonly number[]>;
      const count = this.#dynamic.vector(counts, "a number");
      const n = this.#b.reshape(this.#b.cast(count, dtype), one.shape);
      return this.#b.emit(scaled.power === 1 ? "Mul" : "Div", [this.#b.scalar(dtype, scaled.factor), n]);
    }
    const counting = values.every((x) => x.data!.every((v, i) => v === i));
    const line = fitLine(values.map((x) => x.data!.length) as unknown as Three<number>, this.#sizes);
    if (!counting || line?.offset !== 0)
      throw refusal(
        `an array of shape [${one.shape}] inside the function has ${data!.length} elements for ${this.#sizes[0]} examples, in a way that could not be written down`,
      );
    const b = this.#b;
    const lengths = values.map((x) => [x.data!.length]) as unknown as Three<readonly number[]>;
    const limit = b.reshape(b.cast(this.#dynamic.vector(lengths, "Range"), dtype), []);
    const range = b.emit("Range", [b.scalar(dtype, 0), limit, b.scalar(dtype, 1)], { limit: data!.length });
    const shapes = values.map((x) => x.shape) as unknown as Three<readonly number[]>;
    return b.emit("Reshape", [range, this.#dynamic.vector(shapes, "Reshape")], {
      shape: one.shape,
      given: 1,
    });
  }

  /** A name for each axis that depends on the batch. */
  #dimensions(values: Three<Value>): (string | undefined)[] {
    return values[0].shape.map((_, axis) => {
      const lengths = values.map((x) => x.shape[axis]!) as unknown as Three<number>;
      const line = fitLine(lengths, this.#sizes);
      if (!line) throw refusal(`a result of shape [${values[0].shape}] has an axis that follows no law`);
      if (line.slope === 0) return undefined;
      const scaled = line.slope === 1 ? "batch" : `${line.slope}*batch`;
      return line.offset === 0 ? scaled : `${scaled}${line.offset < 0 ? "" : "+"}${line.offset}`;
    });
  }
}

const listOf = (attribute: Attribute): readonly number[] =>
  typeof attribute === "number" ? [attribute] : (attribute as readonly number[]);
