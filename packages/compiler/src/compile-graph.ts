import { LoweringError } from "@hardgrad/onnx";
import {
  type Code,
  call,
  type DType,
  type Graph,
  int,
  type MemoryType,
  ModuleBuilder,
  memoryCopy,
  type SingleDraw,
  size,
  type,
  type Value,
} from "@hardgrad/onnx/graph";
import {
  assembleRun,
  type ByteRange,
  type Instruction,
  type ProgramCost,
  shareOf,
  trafficOf,
  wholeOf,
} from "./assemble-run.ts";
import { describeLoop } from "./describe-loop.ts";
import { type HostOperation, hostOperation } from "./host.ts";
import { livesOf, placesOfUpdates, usesOf } from "./lives.ts";
import { type CompiledLoop, compileLoop } from "./loops/compile-loop.ts";
import { compileRows } from "./loops/rows.ts";
import { productCalls } from "./matmul-products.ts";
import { place, storageBytes, storageFor, valuesInMemory } from "./memory.ts";
import { drawCompiler } from "./noise.ts";
import { productCode } from "./product-code.ts";
import { schedule } from "./schedule.ts";
import { sink } from "./sink.ts";
import type { ScheduledStep } from "./steps.ts";
import type { Storage } from "./views.ts";
import type { Target } from "./writer.ts";

/** An array of a program that the caller writes or reads. */
export interface ProgramPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly storage: Storage;
}

/** A compiled graph: a module, and where in memory its arrays are. */
export interface CompiledGraph {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly ProgramPort[];
  readonly outputs: readonly ProgramPort[];
  readonly constants: readonly { readonly storage: Storage; readonly value: Value }[];
  readonly host: readonly HostOperation[];
  /** Where each draw expects the two words of its key. */
  readonly keys: Storage;
  /** The memory it needs, in bytes. */
  readonly bytes: number;
  /** For whoever looks: what runs, in order; and how much it is. */
  readonly explain: readonly string[];
  readonly work: ProgramCost;
}

export interface GraphLayout {
  /** Where inputs of these names lie already. */
  readonly held?: ReadonlyMap<string, Storage>;
  /** Results, by name, that replace held inputs, by name. */
  readonly updates?: { readonly [result: string]: string };
  /** Where free memory begins. */
  readonly start: number;
  readonly memory?: MemoryType;
  /** Threads that run it together (default 1); more than one need a shared memory. */
  readonly threads?: number;
  /** Whether `sgemm` is there, which computes what products it can (default false). */
  readonly blas?: boolean;
  /** Inputs that the program draws itself, by name. */
  readonly draws?: readonly SingleDraw[];
  /** Whether loops use fused multiply-add: see `useRelaxed`. */
  readonly fused: boolean;
}

/** What an instruction reads and writes in memory. */
type Uses = Pick<Instruction, "reads" | "writes">;

/** Operations that take longer than it takes threads to meet: some 5 us. */
const WORTH_SHARING = 100_000;

/** Parameters of `multiply`, see product-form.ts. */
const MULTIPLY = Array.from({ length: 14 }, () => type.i32);
/** Parameters of `sgemm`, see blas/sgemm.ts. */
const SGEMM = Array.from({ length: 12 }, () => type.i32);

/**
 * Compiles a graph.
 *
 * @throws LoweringError for an operator or a type that has no kernel.
 */
export function compileGraph(
  graph: Graph,
  resultNames: readonly string[],
  {
    held = new Map(),
    updates = {},
    start,
    memory,
    threads = 1,
    blas = false,
    draws = [],
    fused,
  }: GraphLayout,
): CompiledGraph {
  for (const x of [...graph.inputs, ...graph.nodes.flatMap((node) => node.outputs)])
    if (x.dtype === "float64" || x.dtype === "float16")
      throw new LoweringError(`compile: arrays of ${x.dtype} have no kernels.`);
  const { steps: inOrder, outputs } = schedule(graph);
  const steps = sink(inOrder);
  const stored = valuesInMemory(
    steps,
    outputs.map(({ root }) => root),
  );
  const storageOf = new Map<Value, Storage>();
  let top = start;
  const fixed = (x: Value): Storage => {
    const storage = storageFor(x);
    storage.address = top;
    top += storageBytes(storage);
    storageOf.set(x, storage);
    return storage;
  };
  const inputs = graph.inputs.map((x): ProgramPort => {
    const known = held.get(x.name!);
    if (known) storageOf.set(x, known);
    return { name: x.name!, dtype: x.dtype, shape: x.shape, storage: known ?? fixed(x) };
  });
  const constants = [...stored].filter((x) => x.data).map((value) => ({ value, storage: fixed(value) }));

  const keys: Storage = { dtype: "uint32", length: 2 * draws.length, address: top };
  if (draws.length > 0) top += storageBytes(keys);

  const lives = livesOf(
    steps,
    stored,
    outputs.map(({ root }) => root),
  );
  const inPlace = placesOfUpdates(
    steps,
    graph,
    outputs.map(({ root }) => root),
    resultNames,
    updates,
    lives,
  );
  for (const [value, input] of inPlace) storageOf.set(value, storageOf.get(input)!);
  const moving = [...stored].filter((x) => !x.data && !storageOf.has(x));
  for (const x of moving) storageOf.set(x, storageFor(x));
  top = place(
    moving.map((x) => ({ storage: storageOf.get(x)!, ...lives.get(x)! })),
    top,
  );

  const builder = new ModuleBuilder(memory);
  const multiply = builder.import("multiply", MULTIPLY);
  const sgemm = blas ? builder.import("sgemm", SGEMM) : undefined;
  const hostCall = builder.import("host", [type.i32]);
  const barrier = threads > 1 ? builder.import("barrier", [type.i32]) : undefined;
  const target: Target = { relaxed: fused, threads, constant: (code) => builder.constant(code) };
  const host: HostOperation[] = [];
  const explain: string[] = [];
  const works: Instruction[] = [];
  let multiplications = 0;
  const rangeOf = ({ address, ...storage }: Storage): ByteRange => [address, address + storageBytes(storage)];
  const rangesOf = (values: readonly Value[]): ByteRange[] =>
    values.filter((x) => storageOf.has(x)).map((x) => rangeOf(storageOf.get(x)!));
  const usesOfStep = (step: ScheduledStep): Uses => {
    const { reads, writes } = usesOf(step);
    return { reads: rangesOf(reads), writes: rangesOf(writes) };
  };
  const add = (uses: Uses, code: Code, shared: boolean, what: string): void => {
    works.push({ code, shared, ...uses });
    explain.push(what);
  };
  const addLoop = (uses: Uses, { locals, body, extent }: CompiledLoop, cost: number, what: string): void => {
    const index = builder.function([type.i32, type.i32], [], locals, body);
    const shared = threads > 1 && extent >= threads && cost >= WORTH_SHARING;
    add(uses, shared ? shareOf(extent, index) : wholeOf(extent, index), shared, what);
  };
  const compileDraw = draws.length > 0 ? drawCompiler(builder, keys) : undefined;
  draws.forEach((draw, place) => {
    const { storage } = inputs.find(({ name }) => name === draw.name)!;
    const { cost, ...loop } = compileDraw!(draw, place, storage);
    addLoop({ reads: [rangeOf(keys)], writes: [rangeOf(storage)] }, loop, cost, `draw [${draw.count}]`);
  });
  for (const step of steps) {
    const uses = usesOfStep(step);
    if (step.kind === "loop") {
      const cost = size(step.lengths) * step.nodes.length;
      addLoop(uses, compileLoop(step, storageOf, target), cost, describeLoop(step, storageOf));
      continue;
    }
    const result = `${step.node.op} ${step.node.outputs.map((x) => `[${x.shape}]`).join(" ")}`;
    const multiplied = productCalls(step, storageOf);
    const rows = multiplied ? undefined : compileRows(step, storageOf);
    if (multiplied) {
      const [m, n, k] = (multiplied[0] ?? [0, 0, 0]).slice(0, 3) as [number, number, number];
      const { code, shared } = productCode(multiplied, threads, { multiply, sgemm });
      multiplications += multiplied.length * m * n * k;
      add(uses, code, shared, `${multiplied.length} x ${step.node.op} ${m} x ${n} x ${k}`);
    } else if (rows) addLoop(uses, rows, 4 * size(step.node.outputs[0]!.shape), `rows ${result}`);
    else {
      const index = host.push(hostOperation(step, storageOf)) - 1;
      add(uses, [...int(index), ...call(hostCall)], false, `host ${result}`);
    }
  }
  // What could not be computed in its place is moved there in the end.
  outputs.forEach(({ root }, i) => {
    const target = held.get(updates[resultNames[i]!]!);
    const from = storageOf.get(root)!;
    if (!target || from.address === target.address) return;
    const bytes = 4 * from.length;
    const code = [...int(target.address), ...int(from.address), ...int(bytes), ...memoryCopy];
    add({ reads: [rangeOf(from)], writes: [rangeOf(target)] }, code, false, `move [${root.shape}]`);
  });
  builder.function([type.i32, type.i32], [], [], assembleRun(works, barrier), "run");
  return {
    module: builder.bytes(),
    inputs,
    outputs: outputs.map(({ root }, i) => ({
      name: resultNames[i]!,
      dtype: graph.outputs[i]!.dtype,
      shape: graph.outputs[i]!.shape,
      storage: storageOf.get(root)!,
    })),
    constants,
    host,
    keys,
    bytes: top,
    explain,
    work: { multiplications, ...trafficOf(works) },
  };
}
