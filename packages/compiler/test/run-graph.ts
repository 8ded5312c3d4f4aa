import { type Graph, size } from "@hardgrad/onnx/graph";
import { numbers } from "../src/arrays.ts";
import { type Products, wasmProducts } from "../src/choose-products.ts";
import { compileGraph } from "../src/compile-graph.ts";
import { storageBytes } from "../src/memory.ts";
import { bindProgram, grow } from "../src/program.ts";
import { Crew } from "../src/threads/crew.ts";
import { controlBytes } from "../src/threads/index.ts";
import type { Storage } from "../src/views.ts";
import type { Tensor } from "./graph-oracle.ts";

const words = (x: Tensor): readonly number[] => (x.dtype === "bool" ? x.data.map((v) => -v) : x.data);

/** Where results and inputs of a compiled graph are. */
export interface Loaded {
  /** Kept when its threads have it, if it has any. */
  readonly ready: Promise<void> | undefined;
  run(): Tensor[];
  write(name: string, x: Tensor): void;
  read(name: string): Tensor;
}

export interface Loading {
  /** Results, by their positions, that replace inputs, by name. */
  readonly updates?: ReadonlyMap<number, string>;
  readonly start?: number;
  readonly memory?: WebAssembly.Memory;
  readonly threads?: TestThreads;
  readonly fused?: boolean;
}

/** Threads for one graph after the other. */
export interface TestThreads {
  readonly products: Products;
  readonly memory: WebAssembly.Memory;
  readonly crew: Crew;
  /** Where graphs may begin. */
  readonly start: number;
}

export function testThreads(count: number): TestThreads {
  const products = wasmProducts(count);
  const memory = new WebAssembly.Memory({ initial: 4, ...products.memory });
  return { products, memory, crew: new Crew(count, memory, 64), start: 64 + controlBytes };
}

/** Compiles a graph on a memory full of NaN and truth: what is read and was not written shows. */
export function load(
  graph: Graph,
  { updates = new Map(), start = 64, memory, threads, fused }: Loading = {},
): Loaded {
  const products = threads?.products ?? wasmProducts(1);
  let top = start + products.scratchBytes;
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
    memory: products.memory,
    threads: products.together,
    fused: fused ?? products.fused,
  });
  const on = threads?.memory ?? memory ?? new WebAssembly.Memory({ initial: 1 });
  grow(on, compiled.bytes);
  new Uint8Array(on.buffer, start, compiled.bytes - start).fill(255);
  const module = new WebAssembly.Module(compiled.module);
  const program = bindProgram(compiled, module, on, { multiply: products.multiplyOn(on, start) });
  const together = threads?.crew.load({
    modules: [products.module, module],
    numbers: { scratch: start },
    functions: { host: program.host },
  });
  const read = ({ dtype, shape, storage }: Omit<Tensor, "data"> & { storage: Storage }): Tensor => {
    const data = Array.from(numbers(on.buffer, storage));
    return { dtype, shape, data: dtype === "bool" ? data.map((v) => 0 - v) : data };
  };
  return {
    ready: together?.ready,
    run: () => {
      program.prepare();
      if (together) together.run(program.run);
      else program.run();
      return compiled.outputs.map(read);
    },
    write: (name, x) => numbers(on.buffer, held.get(name)!).set(words(x)),
    read: (name) => {
      const { dtype, shape } = graph.inputs.find((x) => x.name === name)!;
      return read({ dtype, shape, storage: held.get(name)! });
    },
  };
}
