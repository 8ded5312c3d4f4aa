import type { Network } from "./layers.ts";
import * as L from "./layout.ts";
import { createMachine, type Machine } from "./machine.ts";
import { type Path, paths } from "./plan.ts";

/** Nanoseconds of the kernels' innermost steps on this machine; the paths are chosen by them. */
export interface Costs {
  /** One panel of eight outputs, one input, one example. */
  readonly row: number;
  /** One panel, one input, four examples at once. */
  readonly tile: number;
  /** One panel, one input that is not zero, found through a list. */
  readonly skip: number;
  /** One output with a gate of its own, one input. */
  readonly dot: number;
  /** Looking whether one input is zero. */
  readonly scan: number;
  /** One open gate of one example, apart from its sums. */
  readonly pair: number;
}

const inputs = 512;
const outputs = 128;

/** Measures the kernels with small layers that stay in the cache: about 10 milliseconds. */
export async function measureCosts(shared: boolean): Promise<Costs> {
  const weight = new Float32Array(inputs * outputs).fill(0.001);
  const layer: Network = { inputs, layers: [{ kind: "linear", outputs, weight }] };
  const square = new Float32Array(inputs * inputs).fill(0.001);
  const unitGated: Network = {
    inputs,
    layers: [
      { kind: "gate", open: { above: 0 } },
      { kind: "gated", input: 0, gates: 1, block: 1, outputs: inputs, weight: square },
    ],
  };
  // Of small sums, so that what a gate costs apart from them shows; all are open.
  const narrow: Network = {
    inputs: 32,
    layers: [
      { kind: "linear", outputs: 64, weight: new Float32Array(2048).fill(1) },
      { kind: "gate", open: { above: 0 } },
      { kind: "gated", input: 0, gates: 2, block: 8, outputs: 512, weight: new Float32Array(2 ** 14) },
    ],
  };
  const prepare = async (
    network: Network,
    path: Path,
    examples: number,
    period: number,
  ): Promise<() => void> => {
    const machine = await createMachine(network, path, 1, examples, shared);
    const { kernels, memory, plan } = machine;
    const x = new Float32Array(memory.buffer, plan.input, examples * network.inputs);
    for (let i = 0; i < x.length; i += period) x[i] = 1;
    return () => kernels.run(plan.program, plan.scratch, plan.input, plan.output, examples);
  };
  const work = await Promise.all([
    prepare(layer, "dense", 1, 1),
    prepare(layer, "dense", 4, 1),
    prepare(layer, "inputs", 1, Number.POSITIVE_INFINITY),
    prepare(layer, "inputs", 1, 4),
    prepare(unitGated, "gates", 1, 1),
    prepare(narrow, "dense", L.CHUNK, 1),
    prepare(narrow, "gates", L.CHUNK, 1),
  ]);
  // In turn, so that all see the same machine; the engine compiles and optimizes the kernels in the first rounds.
  const shortest = Math.max(0.1, 3 * clockStep());
  const stretches = work.map((run) => stopwatch(run, shortest));
  const best = work.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 6; round++)
    for (const [i, stretch] of stretches.entries()) best[i] = Math.min(best[i]!, stretch());
  const [row, tile, empty, quarter, dot, allDense, allOpen] = best;
  const steps = (outputs / 8) * inputs;
  const step = row! / steps;
  // On a busy machine a kernel may still run unoptimized; the limits are what the kernels can differ by.
  const within = (cost: number, least: number, most: number): number =>
    Math.min(Math.max(cost, least * step), most * step);
  return {
    row: step,
    tile: within(tile! / steps, 2, 4.5),
    skip: within((quarter! - empty!) / (steps / 4), 1, 3),
    dot: within(dot! / (inputs * inputs), 1 / 8, 1 / 2),
    scan: within(empty! / inputs, 1 / 8, 2),
    pair: within((allOpen! - allDense!) / (64 * L.CHUNK), 0, 20),
  };
}

/** The step of the clock in milliseconds: tiny in Node, up to one in pages. */
function clockStep(): number {
  const begin = performance.now();
  for (;;) {
    const now = performance.now();
    if (now !== begin) return now - begin;
  }
}

/** Times stretches of at least `shortest` milliseconds, in nanoseconds of one run. */
function stopwatch(run: () => void, shortest: number): () => number {
  let repeats = 1;
  return () => {
    for (;;) {
      const begin = performance.now();
      for (let i = 0; i < repeats; i++) run();
      const time = performance.now() - begin;
      if (time >= shortest) return (time * 1e6) / repeats;
      repeats *= 2;
    }
  };
}

/** Writes the costs into the program, and what each layer's weights cost more because they lie outside the cache. */
export function writeCosts(machine: Machine, costs: Costs): void {
  const { memory, plan } = machine;
  const header = new DataView(memory.buffer, plan.program, L.HEADER_BYTES);
  header.setFloat32(L.HEADER_ROW, costs.row, true);
  header.setFloat32(L.HEADER_TILE, costs.tile, true);
  header.setFloat32(L.HEADER_SKIP, costs.skip, true);
  header.setFloat32(L.HEADER_DOT, costs.dot, true);
  header.setFloat32(L.HEADER_SCAN, costs.scan, true);
  header.setFloat32(L.HEADER_PAIR, costs.pair, true);
  for (const [index, planned] of plan.layers.entries()) {
    if (!planned.weight) continue;
    const steps = planned.panels * planned.inputs;
    if (steps * 32 < streamedBytes) continue;
    const op = plan.program + L.HEADER_BYTES + index * L.OP_BYTES;
    const stream = Math.max(0, probe(machine, op) / steps - costs.row);
    new DataView(memory.buffer, op).setFloat32(L.OP_STREAM, stream, true);
  }
}

/** Smaller weights stay in the second-level cache. */
const streamedBytes = 2 ** 19;

/** Nanoseconds of one layer alone, dense, for one example: the better of two passes over its weights. */
function probe({ kernels, memory, plan }: Machine, op: number): number {
  const bytes = new Uint8Array(memory.buffer);
  bytes.copyWithin(plan.probe, plan.program, plan.program + L.HEADER_BYTES);
  bytes.copyWithin(plan.probe + L.HEADER_BYTES, op, op + L.OP_BYTES);
  new DataView(memory.buffer, plan.probe).setInt32(L.HEADER_OPS, 1, true);
  new DataView(memory.buffer, plan.probe + L.HEADER_BYTES).setInt32(L.OP_PATH, paths.indexOf("dense"), true);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 2; i++) {
    const begin = performance.now();
    kernels.run(plan.probe, plan.scratch, plan.input, plan.output, 1);
    best = Math.min(best, (performance.now() - begin) * 1e6);
  }
  return best;
}

const names = ["row", "tile", "skip", "dot", "scan", "pair"] as const;
const known = new Map<boolean, Promise<Costs>>();

/** The costs that were given, checked, or measured once for this process. */
export function costsOrMeasured(given: Costs | undefined, shared: boolean): Promise<Costs> {
  if (given) {
    for (const name of names)
      if (!(Number.isFinite(given[name]) && given[name] >= 0))
        throw new RangeError(`costs.${name} is ${given[name]}, but must be a number of nanoseconds.`);
    return Promise.resolve(given);
  }
  let measured = known.get(shared);
  if (!measured) {
    measured = measureCosts(shared);
    known.set(shared, measured);
  }
  return measured;
}
