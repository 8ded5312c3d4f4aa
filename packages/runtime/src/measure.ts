import { checked } from "./check.ts";
import { applyCosts } from "./costs.ts";
import type { Network } from "./layers.ts";
import * as L from "./layout.ts";
import { createMachine } from "./machine.ts";
import { type Path, paths } from "./paths.ts";

/** Examples that a layer takes at once. */
export const LARGEST_BATCH: number = L.CHUNK;

/** One layer alone in WebAssembly memory, to be timed: nothing else of its network runs. */
export interface IsolatedLayer {
  /** Inputs `[examples * inputs]` and, for gated layers, gates `[examples * gates]`, straight into memory. */
  load(x: Float32Array, gates?: Float32Array): void;
  /** Runs the layer on the first `examples` of what was loaded. */
  run(examples: number): void;
  /** The outputs of one example, after `run`. */
  output(example: number): Float32Array;
  /** The path that the last run took. */
  path(): Path;
}

/**
 * The last layer of a network by itself, for benchmarks: what its kernel takes, without gater, heads and copies.
 *
 * @example
 * const layer = await isolateLayer(network, "auto");
 * layer.load(new Float32Array(64 * network.inputs));
 * layer.run(64);
 * const first = layer.output(0);
 */
export async function isolateLayer(network: Network, path: Path): Promise<IsolatedLayer> {
  const machine = await createMachine(checked(network), path, 1, L.CHUNK, false);
  const { kernels, memory, placement } = machine;
  await applyCosts(machine, undefined, false);
  const index = placement.layers.length - 1;
  const bytes = new Uint8Array(memory.buffer);
  const op = placement.program + L.HEADER_BYTES + index * L.OP_BYTES;
  bytes.copyWithin(placement.probe, placement.program, placement.program + L.HEADER_BYTES);
  bytes.copyWithin(placement.probe + L.HEADER_BYTES, op, op + L.OP_BYTES);
  const header = new DataView(memory.buffer, placement.probe, L.HEADER_BYTES);
  header.setInt32(L.HEADER_OPS, 1, true);
  header.setInt32(L.HEADER_OUTPUTS, 0, true); // outputs stay where the layer wrote them
  const rowOf = (value: number, example: number): Float32Array => {
    const { offset, stride, length } = placement.values[value]!;
    return new Float32Array(memory.buffer, placement.scratch + offset + example * stride, length);
  };
  const layer = network.layers[index]!;
  const input = new Float32Array(memory.buffer, placement.input, L.CHUNK * network.inputs);
  const gateRows =
    layer.kind === "gated" ? Array.from({ length: L.CHUNK }, (_, i) => rowOf(layer.gates, i)) : [];
  return {
    load(x, gates) {
      input.set(x);
      if (!gates) return;
      const size = gateRows[0]!.length;
      if (gates.length === size) gateRows[0]!.set(gates);
      else
        for (let i = 0; i * size < gates.length; i++)
          gateRows[i]!.set(gates.subarray(i * size, (i + 1) * size));
    },
    run: (examples) =>
      void kernels.run(placement.probe, placement.scratch, placement.input, placement.output, examples),
    output: (example) => rowOf(index + 1, example).slice(),
    path: () => paths[new Int32Array(memory.buffer, placement.scratch + placement.taken + index * 4, 1)[0]!]!,
  };
}
