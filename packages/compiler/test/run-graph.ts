import { type Graph, hasFused, size } from "@hardgrad/onnx/graph";
import { compileGraph } from "../src/compile-graph.ts";
import { numbers } from "../src/host.ts";
import { storageBytes } from "../src/memory.ts";
import { createMultiply, scratchBytes } from "../src/multiply/index.ts";
import { bindProgram, grow } from "../src/program.ts";
import type { Storage } from "../src/views.ts";
import type { Tensor } from "./graph-oracle.ts";

const words = (x: Tensor): readonly number[] => (x.dtype === "bool" ? x.data.map((v) => -v) : x.data);

/** Where results and inputs of a compiled graph are. */
export interface Loaded {
  run(): Tensor[];
  write(name: string, x: Tensor): void;
  read(name: string): Tensor;
}

export interface Loading {
  /** Results, by their positions, that replace inputs, by name. */
  readonly updates?: ReadonlyMap<number, string>;
  readonly start?: number;
  readonly memory?: WebAssembly.Memory;
}

/** Compiles a graph on a memory full of NaN and truth: what is read and was not written shows. */
export function load(graph: Graph, { updates = new Map(), start = 64, memory }: Loading = {}): Loaded {
  let top = start + scratchBytes(1);
  const held = new Map<string, Storage>();
  for (const { name, dtype, shape } of graph.inputs) {
    const storage = { dtype, length: size(shape), address: top };
    held.set(name!, storage);
    top += storageBytes(storage);
  }
  const names = graph.outputs.map((_, i) => `result${i}`);
  const compiled = compileGraph(graph, names, {
    held,
    updates: Object.fromEntries([...updates].map(([i, name]) => [names[i]!, name])),
    start: top,
  });
  const on = memory ?? new WebAssembly.Memory({ initial: 1 });
  grow(on, compiled.bytes);
  new Uint8Array(on.buffer, start, compiled.bytes - start).fill(255);
  const multiply = createMultiply(on, { scratch: start, fused: hasFused() });
  const program = bindProgram(compiled, new WebAssembly.Module(compiled.module), on, multiply);
  const read = ({ dtype, shape, storage }: Omit<Tensor, "data"> & { storage: Storage }): Tensor => {
    const data = Array.from(numbers(on.buffer, storage));
    return { dtype, shape, data: dtype === "bool" ? data.map((v) => 0 - v) : data };
  };
  return {
    run: () => {
      program.run();
      return compiled.outputs.map(read);
    },
    write: (name, x) => numbers(on.buffer, held.get(name)!).set(words(x)),
    read: (name) => {
      const { dtype, shape } = graph.inputs.find((x) => x.name === name)!;
      return read({ dtype, shape, storage: held.get(name)! });
    },
  };
}
