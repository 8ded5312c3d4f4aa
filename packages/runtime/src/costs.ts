import { checked } from "./check.ts";
import type { Network } from "./layers.ts";
import * as L from "./layout.ts";
import { createMachine, type Machine } from "./machine.ts";
import { type Path, paths } from "./paths.ts";
import type { Placement } from "./placement.ts";
import { fastest, type Work } from "./stopwatch.ts";

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

/** Milliseconds of measuring. */
const LEAST = 30;
const LEAST_OF_LAYER = 5;

const inputs = 512;
const outputs = 128;

/**
 * Measures the kernels with small layers that stay in the cache: about 30 ms, more on a busy machine.
 *
 * @param shared whether memory is shared between threads, as for `loadThreaded`.
 * @returns nanoseconds per innermost step, for `loadRuntime(file, { costs })`.
 * @example
 * const costs = await measureCosts(false);
 * const runtime = await loadRuntime(network, { costs });
 */
export async function measureCosts(shared: boolean): Promise<Costs> {
  const weight = new Float32Array(inputs * outputs).fill(0.001);
  const layer: Network = { inputs, layers: [{ kind: "linear", outputs, weight }] };
  const thin: Network = {
    inputs: 4096,
    layers: [{ kind: "linear", outputs: 8, weight: new Float32Array(2 ** 15) }],
  };
  const unitGated: Network = {
    inputs,
    layers: [
      { kind: "linear", outputs, weight },
      { kind: "gate", open: { above: 0 } },
      { kind: "gated", input: 0, gates: 2, block: 1, outputs, weight },
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
  const prepare = async (network: Network, path: Path, examples: number, period: number): Promise<Work> => {
    const machine = await createMachine(checked(network), path, 1, examples, shared);
    const { kernels, memory, placement } = machine;
    const x = new Float32Array(memory.buffer, placement.input, examples * network.inputs);
    for (let i = 0; i < x.length; i += period) x[i] = 1;
    return {
      run: () =>
        kernels.run(placement.program, placement.scratch, placement.input, placement.output, examples),
    };
  };
  const work = await Promise.all([
    prepare(layer, "dense", 1, 1),
    prepare(layer, "dense", 4, 1),
    prepare(layer, "inputs", 1, Number.POSITIVE_INFINITY),
    prepare(layer, "inputs", 1, 4),
    prepare(thin, "inputs", 1, Number.POSITIVE_INFINITY),
    prepare(unitGated, "gates", 1, 1),
    prepare(narrow, "dense", L.CHUNK, 1),
    prepare(narrow, "gates", L.CHUNK, 1),
  ]);
  const [row, tile, empty, quarter, scan, dot, allDense, allOpen] = await fastest(work, LEAST);
  const steps = (outputs / 8) * inputs;
  const step = row! / steps;
  // On a busy machine a kernel may still run unoptimized; the limits are what the kernels can differ by.
  const within = (cost: number, least: number, most: number): number =>
    Math.min(Math.max(cost, least * step), most * step);
  return {
    row: step,
    tile: within(tile! / steps, 2, 4.5),
    skip: within((quarter! - empty!) / (steps / 4), 1, 1.5),
    dot: within((dot! - row!) / (inputs * outputs), 1 / 7, 1 / 6),
    scan: within(scan! / thin.inputs, 1 / 8, 1 / 2),
    pair: within((allOpen! - allDense!) / (64 * L.CHUNK), 0, 20),
  };
}

/** Writes the costs into the program. */
export function writeCosts({ memory, placement }: Machine, costs: Costs): void {
  const header = new DataView(memory.buffer, placement.program, L.HEADER_BYTES);
  header.setFloat32(L.HEADER_ROW, costs.row, true);
  header.setFloat32(L.HEADER_TILE, costs.tile, true);
  header.setFloat32(L.HEADER_DOT, costs.dot, true);
  header.setFloat32(L.HEADER_SCAN, costs.scan, true);
  header.setFloat32(L.HEADER_PAIR, costs.pair, true);
  for (const [index, { rows }] of placement.layers.entries())
    operation(memory, placement, index).setFloat32(L.OP_SKIP, rows ? 0 : costs.skip, true);
}

const operation = (memory: WebAssembly.Memory, placement: Placement, index: number): DataView =>
  new DataView(memory.buffer, placement.program + L.HEADER_BYTES + index * L.OP_BYTES, L.OP_BYTES);

/** Smaller weights stay in the second-level cache. */
const nearBytes = 2 ** 19;

/**
 * Measures layers whose weights lie outside the cache: what reading all of them costs on top, and what reading here and
 * there costs, which no engine can foresee. The limits keep a moment when the machine was busy from deciding for good.
 */
export async function measureLayers(machine: Machine, costs: Costs): Promise<void> {
  const { memory, placement } = machine;
  for (const [index, { panels, inputs, outputs, weight, wide, rows }] of placement.layers.entries()) {
    const steps = panels * inputs;
    if (!weight || steps * 32 < nearBytes) continue;
    const view = operation(memory, placement, index);
    const found = Math.ceil(inputs / 3);
    const open = Math.ceil(outputs / 3);
    const works = [alone(machine, index, "dense", 0, 0)];
    if (wide) works.push(alone(machine, index, "inputs", found, outputs));
    else if (rows) works.push(alone(machine, index, "gates", 0, open));
    const [dense, other] = await fastest(works, LEAST_OF_LAYER);
    const far = Math.max(dense! / steps, costs.row);
    const within = (cost: number, least: number, most: number): number =>
      Math.min(Math.max(cost, least * far), most * far);
    view.setFloat32(L.OP_STREAM, far - costs.row, true);
    if (wide) {
      const skip = (other! - costs.scan * inputs) / (panels * found);
      view.setFloat32(L.OP_SKIP, within(skip, 1, 8), true);
    } else if (rows) {
      const dot = within(other! / (open * inputs), 1 / 7, 1 / 4);
      view.setFloat32(L.OP_SKIP, Math.max(dot - costs.dot, 0), true);
    }
  }
}

/** One layer alone for one example, with this many inputs that are not zero and this many open gates. */
function alone(machine: Machine, index: number, path: Path, found: number, open: number): Work {
  const { kernels, memory, placement } = machine;
  const { layer, input } = placement.layers[index]!;
  const bytes = new Uint8Array(memory.buffer);
  const op = placement.program + L.HEADER_BYTES + index * L.OP_BYTES;
  const value = (place: number): Float32Array => {
    const { offset, length } = placement.values[place]!;
    return new Float32Array(memory.buffer, placement.scratch + offset, length);
  };
  const x = new Float32Array(memory.buffer, placement.input, placement.values[0]!.length);
  const ready = (): void => {
    bytes.copyWithin(placement.probe, placement.program, placement.program + L.HEADER_BYTES);
    bytes.copyWithin(placement.probe + L.HEADER_BYTES, op, op + L.OP_BYTES);
    new DataView(memory.buffer, placement.probe).setInt32(L.HEADER_OPS, 1, true);
    new DataView(memory.buffer, placement.probe + L.HEADER_BYTES).setInt32(
      L.OP_PATH,
      paths.indexOf(path),
      true,
    );
    x.fill(0);
    scatterOnes(input === 0 ? x : value(input), found);
    if (layer.kind === "gated") scatterOnes(value(layer.gates), open);
  };
  return {
    ready,
    run: () => kernels.run(placement.probe, placement.scratch, placement.input, placement.output, 1),
  };
}

/** This many ones among zeros, without order, as in use, so that the processor can't fetch ahead. */
function scatterOnes(target: Float32Array, count: number): void {
  for (let i = 0, left = count, state = 1; i < target.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const chosen = (state / 2 ** 32) * (target.length - i) < left;
    target[i] = chosen ? 1 : 0;
    if (chosen) left--;
  }
}

const names = ["row", "tile", "skip", "dot", "scan", "pair"] as const;
const known = new Map<boolean, Promise<Costs>>();

/** Gives the machine the costs that were given, or measures: the kernels once per process, and its large layers. */
export async function applyCosts(machine: Machine, given: Costs | undefined, shared: boolean): Promise<void> {
  if (given) {
    for (const name of names)
      if (!(Number.isFinite(given[name]) && given[name] >= 0))
        throw new RangeError(`costs.${name} is ${given[name]}, but must be a number of nanoseconds.`);
    writeCosts(machine, given);
    return;
  }
  let measured = known.get(shared);
  if (!measured) {
    measured = measureCosts(shared);
    known.set(shared, measured);
  }
  const costs = await measured;
  writeCosts(machine, costs);
  await measureLayers(machine, costs);
}
