import { LoweringError } from "../errors.ts";
import { derivedAttributes } from "../ir/infer.ts";
import { type Attributes, type Graph, type Node, size, type Value } from "../ir/types.ts";
import { encodeMessage } from "./message.ts";
import {
  type AttributeProto,
  elementTypes,
  type ModelProto,
  messages,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "./schema.ts";

export interface ModelInfo {
  readonly opset: number;
  readonly graphName: string;
  readonly docString?: string;
  readonly metadata: { readonly [key: string]: string };
  readonly producerVersion: string;
}

/** protobuf's own limit on a message. */
const LIMIT = 2 ** 31 - 1;

/** The model's bytes. `resultNames` are the names of the outputs, in order. */
export function encodeModel(graph: Graph, resultNames: readonly string[], info: ModelInfo): Uint8Array {
  const writer = new GraphWriter(graph, info.opset);
  const model = writer.model(resultNames, info);
  return encodeMessage(messages, "ModelProto", model);
}

/** Attributes that ONNX passes as tensors of int64, in the order of inputs, from which version of the operators on. */
const tensorAttributes: {
  readonly [op: string]: { readonly names: readonly string[]; readonly since?: number };
} = {
  Reshape: { names: ["shape"] },
  Expand: { names: ["shape"] },
  Slice: { names: ["starts", "ends", "axes", "steps"] },
  Pad: { names: ["pads"] },
  TopK: { names: ["k"] },
  ReduceSum: { names: ["axes"] },
  ReduceProd: { names: ["axes"], since: 18 },
  ReduceMin: { names: ["axes"], since: 18 },
  ReduceMax: { names: ["axes"], since: 18 },
  ReduceMean: { names: ["axes"], since: 18 },
  ReduceLogSumExp: { names: ["axes"], since: 18 },
};

const floats = ["alpha", "beta"];

class GraphWriter {
  readonly #graph: Graph;
  readonly #opset: number;
  readonly #names = new Map<Value, string>();
  readonly #taken = new Set<string>();
  readonly #initializers: TensorProto[] = [];
  readonly #shapes = new Map<string, string>();

  constructor(graph: Graph, opset: number) {
    this.#graph = graph;
    this.#opset = opset;
  }

  model(resultNames: readonly string[], info: ModelInfo): ModelProto {
    const { inputs, outputs, nodes } = this.#graph;
    for (const name of resultNames) this.#taken.add(name);
    for (const x of inputs) {
      this.#taken.add(x.name!);
      this.#names.set(x, x.name!);
    }
    // A result that is computed takes the name of the output; copies serve inputs, constants and second uses.
    const copies: NodeProto[] = [];
    const claimed = new Set<Value>();
    outputs.forEach((x, i) => {
      const name = resultNames[i]!;
      if (x.node && !claimed.has(x)) {
        claimed.add(x);
        this.#names.set(x, name);
      }
    });
    const node = nodes.map((n) => this.#node(n));
    outputs.forEach((x, i) => {
      const name = resultNames[i]!;
      if (this.#names.get(x) === name && x.node) return;
      const copy = {
        input: [this.#name(x)],
        output: [name],
        name: `copy_${name}`,
        opType: "Identity",
        attribute: [],
      };
      copies.push(copy);
    });
    const bytes = this.#initializers.reduce((sum, t) => sum + t.rawData.length, 0);
    if (bytes > LIMIT)
      throw new LoweringError(
        `toOnnx: the model's constants take ${bytes} bytes, and a protobuf message holds ${LIMIT}; pass large arrays as arguments instead of closing over them.`,
      );
    return {
      irVersion: irVersion(info.opset),
      producerName: "hardgrad",
      producerVersion: info.producerVersion,
      ...(info.docString === undefined ? {} : { docString: info.docString }),
      opsetImport: [{ domain: "", version: info.opset }],
      metadataProps: Object.entries(info.metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: info.graphName,
        node: [...node, ...copies],
        initializer: this.#initializers,
        input: inputs.map((x) => valueInfo(x.name!, x, this.#graph.symbols?.get(x))),
        output: outputs.map((x, i) => valueInfo(resultNames[i]!, x, this.#graph.symbols?.get(x))),
      },
    };
  }

  #node(node: Node): NodeProto {
    if (node.op.startsWith("Bitwise") && this.#opset < 18)
      throw new LoweringError(
        `toOnnx: random numbers in the graph use bitwise operators, which need opset 18 or later, not ${this.#opset}; raise opset, or use random: "outside".`,
      );
    const input = node.inputs.map((x) => this.#name(x));
    const output = node.outputs.map((x) => this.#name(x));
    const rest = { ...node.attributes };
    const moved = tensorAttributes[node.op];
    if (moved && this.#opset >= (moved.since ?? 0)) {
      for (const name of moved.names) {
        // `written` stands for a shape with -1 in it; where the sizes are computed, they are operands already.
        const value = rest.written ?? rest[name]!;
        if (rest.given !== 1)
          input.push(this.#integers(typeof value === "number" ? [value] : (value as readonly number[])));
        delete rest[name];
      }
      delete rest.written;
      delete rest.given;
    }
    for (const name of derivedAttributes[node.op] ?? []) delete rest[name];
    return { input, output, name: `${node.op}_${output[0]}`, opType: node.op, attribute: attributes(rest) };
  }

  #name(x: Value): string {
    const known = this.#names.get(x);
    if (known !== undefined) return known;
    // Numbered by appearance: the same function gives the same bytes.
    let name = x.name ?? `${x.data ? "c" : "v"}${this.#names.size}`;
    while (this.#taken.has(name)) name += "_";
    this.#taken.add(name);
    this.#names.set(x, name);
    if (x.data) this.#initializers.push(tensor(name, x));
    return name;
  }

  /** A constant vector of int64, one per content. */
  #integers(values: readonly number[]): string {
    const key = values.join();
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    let name = `i${this.#shapes.size}`;
    while (this.#taken.has(name)) name += "_";
    this.#taken.add(name);
    this.#shapes.set(key, name);
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#initializers.push({ name, dataType: elementTypes.int64, dims: [values.length], rawData });
    return name;
  }
}

/** The version of the file format that came with each version of the operators. */
function irVersion(opset: number): number {
  if (opset <= 18) return 8;
  if (opset <= 20) return 9;
  return 10;
}

function tensor(name: string, { dtype, shape, data }: Value): TensorProto {
  const raw = dtype === "int64" ? BigInt64Array.from(data as Int32Array, BigInt) : data!;
  const rawData = new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  if (rawData.length > LIMIT || size(shape) > LIMIT)
    throw new LoweringError(
      `toOnnx: a constant of shape [${shape}] does not fit a protobuf message of ${LIMIT} bytes; pass it as an argument.`,
    );
  return { name, dataType: elementTypes[dtype], dims: [...shape], rawData };
}

function attributes(list: Attributes): AttributeProto[] {
  return Object.entries(list).map(([name, value]) => {
    if (name === "to") return { name, type: 2, i: elementTypes[value as keyof typeof elementTypes] };
    if (typeof value === "string") return { name, type: 3, s: new TextEncoder().encode(value) };
    if (typeof value !== "number") return { name, type: 7, ints: [...value] };
    return floats.includes(name) ? { name, type: 1, f: value } : { name, type: 2, i: value };
  });
}

function valueInfo(
  name: string,
  { dtype, shape }: Value,
  symbols: readonly (string | undefined)[] = [],
): ValueInfoProto {
  const dim = shape.map((dimValue, axis) => {
    const dimParam = symbols[axis];
    return dimParam === undefined ? { dimValue } : { dimParam };
  });
  return { name, type: { tensorType: { elemType: elementTypes[dtype], shape: { dim } } } };
}
