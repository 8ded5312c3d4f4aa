import { createMemory, decodeModule } from "../kernels.ts";
import { CONTROL_BYTES } from "../layout.ts";
import type { ThreadAddresses } from "../worker.ts";
import type { Circuit } from "./circuit.ts";
import { bitsFor } from "./formats/expression.ts";
import * as L from "./layout.ts";
import { byteThresholds, floatThresholds, packsOf } from "./packs.ts";
import { type LogicRun, runsOf } from "./runs.ts";
import { simplifyCircuit } from "./simplify.ts";

interface CircuitKernels {
  run(program: number, scratch: number, input: number, output: number, images: number): void;
  share(...place: ThreadAddresses): void;
  allFinite(x: number, length: number): number;
}

/** A circuit in WebAssembly memory. */
export interface CircuitMachine {
  readonly kernels: CircuitKernels;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The addresses of every thread. */
  readonly places: readonly ThreadAddresses[];
  /** Says what the next images are, and what is wanted of them. */
  prepare(floats: boolean, scores: boolean): void;
}

/** Lays a circuit out. @param slab images that go through the memory at once. */
export async function createCircuitMachine(
  given: Circuit,
  threads: number,
  slab: number,
  shared: boolean,
): Promise<CircuitMachine> {
  const circuit = simplifyCircuit(given);
  const { packs, places, end } = packsOf(circuit.thresholds, 2 * L.WIRE);
  const { stored, classes, bytes: wireBytes } = runsOf(circuit, places, end);
  const counted = classes.flatMap(({ runs }) => runs);
  const all = [...stored, ...counted];
  const pairs = all.reduce((sum, run) => sum + run.pairs.length, 0);
  const scores = classes.map(({ runs, plus }) => runs.reduce((sum, run) => sum + run.pairs.length, plus));

  let size = 64;
  const take = (length: number): number => {
    const at = size;
    size = Math.ceil((size + length) / 64) * 64;
    return at;
  };
  const control = take(CONTROL_BYTES);
  const header = take(L.CIRCUIT_BYTES);
  const bytePacks = take(packs.length * L.PACK_BYTES);
  const floatPacks = take(packs.length * L.PACK_BYTES);
  const above = take(packs.length * (32 + 64));
  const runList = take(all.length * L.RUN_BYTES);
  const pairList = take(pairs * 8);
  const classList = take(classes.length * L.CLASS_BYTES);
  const scratchBytes = Math.ceil((wireBytes + L.BUFFER_BYTES) / 64) * 64;
  const scratch = take(threads * scratchBytes);
  const input = take(slab * circuit.inputs * 4 + 64); // packs of sixteen pixels reach beyond the last image
  const output = take(Math.max(slab * 2 + 16, slab * classes.length * 4));
  const memory = createMemory(size, shared);

  const view = new DataView(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const set = (at: number, value: number): void => view.setUint32(at, value, true);
  for (const [i, { pixel, above: values, place }] of packs.entries()) {
    const to = above + i * 96;
    bytes.set(byteThresholds(values), to);
    bytes.set(new Uint8Array(floatThresholds(values).buffer), to + 32);
    for (const [list, scale, offset] of [
      [bytePacks, 1, 0],
      [floatPacks, 4, 32],
    ] as const) {
      const at = list + i * L.PACK_BYTES;
      set(at + L.PACK_PIXEL, pixel * scale);
      set(at + L.PACK_ABOVE, to + offset);
      set(at + L.PACK_WIRES, place);
    }
  }
  let pairAt = pairList;
  let wires = end;
  const writeRun = (run: LogicRun, at: number): void => {
    set(at + L.RUN_OPERATION, run.operation);
    set(at + L.RUN_INVERTED, run.inverted ? 1 : 0);
    set(at + L.RUN_COUNT, run.pairs.length);
    set(at + L.RUN_PAIRS, pairAt);
    set(at + L.RUN_WIRES, wires);
    for (const [a, b] of run.pairs) {
      set(pairAt, a);
      set(pairAt + 4, b);
      pairAt += 8;
    }
    wires += run.pairs.length * L.WIRE;
  };
  for (const [i, run] of all.entries()) writeRun(run, runList + i * L.RUN_BYTES);
  let firstRun = stored.length;
  for (const [i, { runs, plus }] of classes.entries()) {
    const at = classList + i * L.CLASS_BYTES;
    set(at + L.CLASS_RUNS, runList + firstRun * L.RUN_BYTES);
    set(at + L.CLASS_RUN_COUNT, runs.length);
    set(at + L.CLASS_PLUS, plus);
    firstRun += runs.length;
  }
  set(header + L.CIRCUIT_INPUTS, circuit.inputs);
  set(header + L.CIRCUIT_PACK_COUNT, packs.length);
  set(header + L.CIRCUIT_RUNS, runList);
  set(header + L.CIRCUIT_RUN_COUNT, stored.length);
  set(header + L.CIRCUIT_CLASSES, classList);
  set(header + L.CIRCUIT_CLASS_COUNT, classes.length);
  set(header + L.CIRCUIT_SLICES, Math.max(3, bitsFor(Math.max(...scores))));
  set(header + L.CIRCUIT_INDEX_SLICES, bitsFor(classes.length - 1));
  set(header + L.CIRCUIT_BUFFERS, wireBytes);

  const module = await compileCircuitKernels(shared);
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return {
    kernels: instance.exports as unknown as CircuitKernels,
    module,
    memory,
    places: Array.from(
      { length: threads },
      (_, thread): ThreadAddresses => [control, header, scratch + thread * scratchBytes, input, output],
    ),
    prepare(floats, wanted) {
      set(header + L.CIRCUIT_FLOATS, floats ? 1 : 0);
      set(header + L.CIRCUIT_PACKS, floats ? floatPacks : bytePacks);
      set(header + L.CIRCUIT_SCORES, wanted ? 1 : 0);
    },
  };
}

const modules = new Map<boolean, Promise<WebAssembly.Module>>();

function compileCircuitKernels(shared: boolean): Promise<WebAssembly.Module> {
  const module = modules.get(shared) ?? compile(shared);
  modules.set(shared, module);
  return module;
}

async function compile(shared: boolean): Promise<WebAssembly.Module> {
  const { code } = await (shared
    ? import("./kernels/plain-shared.generated.ts")
    : import("./kernels/plain.generated.ts"));
  return WebAssembly.compile(decodeModule(code));
}
