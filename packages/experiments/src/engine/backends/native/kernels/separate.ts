import { type Graph, type Node, sameShape, size, type Value } from "@hardgrad/onnx/graph";
import { assembleKernel, operators } from "./assemble.ts";

/**
 * Results that replace arguments of the same shape, element by element, such as an optimizer's step: one pass over
 * memory in WebAssembly, in place, where a graph of single operators makes a dozen.
 */
export interface Kernel {
  /**
   * A module that imports the memory `m.m` and exports `run(bytes, ...addresses, ...scalars)`: the arrays take that
   * many bytes, a multiple of 16.
   */
  readonly code: Uint8Array<ArrayBuffer>;
  readonly shape: readonly number[];
  /** Names of the arrays it reads or overwrites: arguments, or outputs of the model. */
  readonly arrays: readonly string[];
  /** Names of the numbers it reads: likewise. */
  readonly scalars: readonly string[];
}

export interface Separated {
  /** What is left for the model. Arguments that only kernels read are gone. */
  readonly graph: Graph;
  readonly resultNames: readonly string[];
  readonly kernels: readonly Kernel[];
}

/**
 * Parts a graph into a model and kernels that run after it.
 *
 * @param updates results by name, and the arguments that they replace. A result that is its argument is dropped.
 */
export function separate(
  graph: Graph,
  names: readonly string[],
  updates: { readonly [result: string]: string },
): Separated {
  const argument = new Map(graph.inputs.map((x) => [x.name, x]));
  const targets = new Map<Value, Value>();
  const unchanged = new Set<number>();
  graph.outputs.forEach((x, i) => {
    const old = argument.get(updates[names[i]!]);
    if (x === old) unchanged.add(i);
    else if (old && x.node && x.dtype === "float32" && size(x.shape) > 1 && sameShape(x.shape, old.shape))
      targets.set(x, old);
  });
  // One array can replace one argument only.
  for (const x of targets.keys()) if (graph.outputs.filter((y) => y === x).length > 1) targets.delete(x);

  const resident = new Set(Object.values(updates));
  const fused = fusedNodes(graph, targets, resident);
  const exported = new Map<Value, string>();
  const nameOf = (x: Value): string => {
    if (x.name !== undefined && !x.node) return x.name;
    const name = exported.get(x) ?? `${freePrefix(names)}${exported.size}`;
    exported.set(x, name);
    return name;
  };
  const kernels = groups(graph, fused, targets).map((nodes): Kernel => {
    const made = new Set(nodes.flatMap((node) => node.outputs));
    const operands = [...new Set(nodes.flatMap((node) => node.inputs))].filter((x) => !made.has(x));
    const results = [...made].filter((x) => targets.has(x));
    const arrays = operands.filter((x) => size(x.shape) > 1);
    const overwritten = results.map((x) => targets.get(x)!).filter((x) => !arrays.includes(x));
    const scalars = operands.filter((x) => size(x.shape) === 1 && !x.data);
    return {
      code: assembleKernel(nodes, [...arrays, ...overwritten], scalars, results, targets),
      shape: results[0]!.shape,
      arrays: [...arrays, ...overwritten].map(nameOf),
      scalars: scalars.map(nameOf),
    };
  });
  const left = graph.outputs.flatMap((x, i) => (unchanged.has(i) || fused.has(x.node!) ? [] : [i]));
  const outputs = [...left.map((i) => graph.outputs[i]!), ...exported.keys()];
  const nodes = liveNodes(graph, outputs);
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs]);
  return {
    graph: {
      ...graph,
      nodes,
      outputs,
      inputs: graph.inputs.filter((x) => read.has(x) || !resident.has(x.name!)),
    },
    resultNames: [...left.map((i) => names[i]!), ...exported.values()],
    kernels,
  };
}

/** Elementwise nodes that nothing but such nodes and the results in place reads. */
function fusedNodes(
  graph: Graph,
  targets: ReadonlyMap<Value, Value>,
  resident: ReadonlySet<string>,
): ReadonlySet<Node> {
  const fused = new Set<Node>();
  const elsewhere = new Set<Value>(graph.outputs.filter((x) => !targets.has(x)));
  for (const node of [...graph.nodes].reverse()) {
    const [out] = node.outputs as [Value];
    const fits = (x: Value): boolean => {
      if (size(x.shape) === 1) return x.dtype === "float32";
      const inMemory = x.node !== undefined || resident.has(x.name ?? "");
      return inMemory && !x.data && sameShape(x.shape, out.shape);
    };
    const elementwise = operators[node.op] !== undefined && out.dtype === "float32" && size(out.shape) > 1;
    if (elementwise && !elsewhere.has(out) && node.inputs.every(fits)) fused.add(node);
    else for (const x of node.inputs) elsewhere.add(x);
  }
  return fused;
}

/** Fused nodes that share arrays, in the order of the graph: what one kernel does. */
function groups(
  graph: Graph,
  fused: ReadonlySet<Node>,
  targets: ReadonlyMap<Value, Value>,
): readonly (readonly Node[])[] {
  const parent = new Map<Value, Value>();
  const root = (x: Value): Value => {
    const up = parent.get(x);
    return up === undefined ? x : root(up);
  };
  const join = (x: Value, y: Value): void => {
    const [p, q] = [root(x), root(y)];
    if (p !== q) parent.set(p, q);
  };
  const nodes = graph.nodes.filter((node) => fused.has(node));
  for (const { inputs, outputs } of nodes)
    for (const x of inputs) if (size(x.shape) > 1) join(x, outputs[0]!);
  for (const [result, old] of targets) if (fused.has(result.node!)) join(result, old);
  const found = new Map<Value, Node[]>();
  for (const node of nodes) {
    const key = root(node.outputs[0]!);
    found.set(key, [...(found.get(key) ?? []), node]);
  }
  return [...found.values()];
}

function liveNodes(graph: Graph, outputs: readonly Value[]): readonly Node[] {
  const needed = new Set(outputs);
  const live = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((x) => needed.has(x))) return false;
    for (const x of node.inputs) needed.add(x);
    return true;
  });
  return live.reverse();
}

function freePrefix(names: readonly string[]): string {
  let prefix = "kernel";
  while (names.some((name) => name.startsWith(prefix))) prefix += "_";
  return prefix;
}
