import type { Value } from "@hardgrad/onnx/graph";
import { numbers } from "./arrays.ts";
import type { Sgemm } from "./blas/sgemm.ts";
import type { CompiledGraph, ProgramPort } from "./compile-graph.ts";
import type { Multiply } from "./product-form.ts";

/** A compiled graph on a memory, ready to run. */
export interface BoundProgram {
  readonly compiled: CompiledGraph;
  /** The elements of a port; truth values are -1 and 0. */
  view(port: Pick<ProgramPort, "storage">): Float32Array | Int32Array | Uint32Array | Uint8Array;
  /** What it calls in JavaScript. */
  host(index: number): void;
  /** Puts its constants in their places: before a run on several threads. */
  prepare(): void;
  /** On one thread. */
  run(): void;
}

/** What computes products in a memory. */
export interface ProductsOnMemory {
  readonly multiply: Multiply;
  /** The system's BLAS, for programs that call it. */
  readonly sgemm?: Sgemm | undefined;
}

const PAGE = 65_536;

/** Whose constants a memory's free part holds. */
const owners = new WeakMap<WebAssembly.Memory, CompiledGraph>();

/**
 * Puts a compiled graph on a memory, which grows where it is too small.
 *
 * @throws RangeError if it can't.
 */
export function bindProgram(
  compiled: CompiledGraph,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  { multiply, sgemm }: ProductsOnMemory,
): BoundProgram {
  grow(memory, compiled.bytes);
  let operations: (() => void)[] = [];
  let bound: ArrayBufferLike | undefined;
  const bind = (): void => {
    // A memory that has grown has another buffer.
    if (bound === memory.buffer) return;
    bound = memory.buffer;
    operations = compiled.host.map((operation) => operation(memory.buffer));
  };
  const host = (index: number): void => operations[index]!();
  const { exports } = new WebAssembly.Instance(module, {
    m: { m: memory, multiply, ...(sgemm && { sgemm }), host, barrier: () => undefined },
  });
  const run = exports.run as (thread: number, threads: number) => void;
  const prepare = (): void => {
    bind();
    if (owners.get(memory) === compiled) return;
    for (const { storage, value } of compiled.constants) numbers(memory.buffer, storage).set(wordsOf(value));
    owners.set(memory, compiled);
  };
  return {
    compiled,
    view: ({ storage }) => numbers(memory.buffer, storage),
    host,
    prepare,
    run() {
      prepare();
      run(0, 1);
    },
  };
}

function wordsOf({ dtype, data }: Value): ArrayLike<number> {
  return dtype === "bool" ? Int32Array.from(data as Uint8Array, (x) => -x) : (data as Float32Array);
}

/** Makes room for so many bytes, and for a vector beyond. */
export function grow(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE) + 1;
  if (missing <= 0) return;
  try {
    memory.grow(missing);
  } catch {
    throw new RangeError(
      `a compiled step needs ${Math.ceil(bytes / 2 ** 20)} MiB of memory, which can't be had; use a smaller network or fewer examples per step.`,
    );
  }
}
