import { infer } from "./infer.ts";
import type { Attribute, Attributes, ConstantData, DType, Graph, Node, Value } from "./types.ts";
import { size } from "./types.ts";

/** Values are told apart by identity; numbers serve as keys, across graphs since rewriting shares values. */
let nextId = 0;

const none: Attributes = {};

/** Builds a graph. Equal expressions, and equal small constants, become one value. */
export class Builder {
  /** The inputs so far, in order. */
  readonly inputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #known = new Map<string, readonly Value[]>();

  /** A new input. */
  input(name: string, dtype: DType, shape: readonly number[]): Value {
    const value: Value = { id: nextId++, dtype, shape, name };
    this.inputs.push(value);
    return value;
  }

  /** Takes over an input or a constant of another graph. */
  adopt(value: Value): Value {
    if (value.data) return this.#constant(value);
    this.inputs.push(value);
    return value;
  }

  /** A constant, element by element; with a name it is shown by it. */
  constant(dtype: DType, shape: readonly number[], data: ConstantData, name?: string): Value {
    if (data.length !== size(shape))
      throw new RangeError(
        `A constant of shape [${shape}] needs ${size(shape)} elements, not ${data.length}.`,
      );
    return this.#constant({ id: nextId++, dtype, shape, data, ...(name === undefined ? {} : { name }) });
  }

  #constant(value: Value): Value {
    const { dtype, shape } = value;
    const data = value.data!;
    if (data.length > 64) return value;
    // Bits, so that -0 and 0 stay apart.
    const key = `${dtype}[${shape}]${new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join()}`;
    const known = this.#known.get(key);
    if (known) return known[0]!;
    this.#known.set(key, [value]);
    return value;
  }

  /** A constant number without axes. */
  scalar(dtype: DType, x: number): Value {
    return this.constant(dtype, [], fill(dtype, 1, x));
  }

  /** All outputs of an operator; `types` are theirs, where they are known. */
  emitAll(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes = none,
    types?: readonly { readonly dtype: DType; readonly shape: readonly number[] }[],
  ): readonly Value[] {
    const ids = inputs.map((x) => x.id);
    if (commutative.includes(op)) ids.sort((p, q) => p - q);
    const key = `${op}(${ids})${attributesKey(attributes)}`;
    const known = this.#known.get(key);
    if (known) return known;
    const node = { op, inputs, attributes, outputs: [] as Value[], key };
    for (const { dtype, shape } of types ?? infer(op, inputs, attributes))
      node.outputs.push({ id: nextId++, dtype, shape, node });
    this.#nodes.push(node);
    this.#known.set(key, node.outputs);
    return node.outputs;
  }

  /** Takes over a node of another graph, of operands that may have changed; returns its outputs here. */
  keep(node: Node, at: (old: Value) => Value): readonly Value[] {
    const { op, inputs, attributes, outputs } = node;
    if (inputs.some((x) => at(x) !== x)) return this.emitAll(op, inputs.map(at), attributes, outputs);
    const key = node.key!;
    const known = this.#known.get(key);
    if (known) return known;
    this.#nodes.push(node);
    this.#known.set(key, outputs);
    return outputs;
  }

  /** The first output of an operator. */
  emit(op: string, inputs: readonly Value[], attributes: Attributes = none): Value {
    return this.emitAll(op, inputs, attributes)[0]!;
  }

  /** The same elements in another shape. */
  reshape(x: Value, shape: readonly number[]): Value {
    return x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i])
      ? x
      : this.emit("Reshape", [x], { shape });
  }

  /** The axes in another order. */
  transpose(x: Value, perm: readonly number[]): Value {
    return perm.every((axis, i) => axis === i) ? x : this.emit("Transpose", [x], { perm });
  }

  /** Broadcast to a shape. */
  expand(x: Value, shape: readonly number[]): Value {
    return x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i])
      ? x
      : this.emit("Expand", [x], { shape });
  }

  /** The same numbers in another type. */
  cast(x: Value, to: DType): Value {
    return x.dtype === to ? x : this.emit("Cast", [x], { to });
  }

  /** The graph of these outputs, without what they do not need. */
  graph(outputs: readonly Value[]): Graph {
    const live = new Set<Node>();
    const stack = outputs.flatMap((x) => (x.node ? [x.node] : []));
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (live.has(node)) continue;
      live.add(node);
      for (const x of node.inputs) if (x.node) stack.push(x.node);
    }
    return { inputs: this.inputs, outputs, nodes: this.#nodes.filter((node) => live.has(node)) };
  }
}

const commutative = ["Add", "Mul", "Max", "Min", "And", "Or", "Equal", "BitwiseXor"];

const attributeKeys = new WeakMap<Attributes, string>();

function attributesKey(attributes: Attributes): string {
  let key = attributeKeys.get(attributes);
  if (key === undefined) {
    const entries = Object.entries(attributes).map(
      ([name, value]: [string, Attribute]) => `${name}=${value}`,
    );
    key = entries.sort().join(";");
    attributeKeys.set(attributes, key);
  }
  return key;
}

/** `length` equal elements. */
export function fill(dtype: DType, length: number, x: number): ConstantData {
  return allocate(dtype, length).fill(x);
}

export function allocate(dtype: DType, length: number): ConstantData {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "uint32":
      return new Uint32Array(length);
    case "bool":
      return new Uint8Array(length);
    case "float16":
      throw new RangeError("float16 constants are not supported; cast from float32.");
    default:
      return new Int32Array(length);
  }
}
