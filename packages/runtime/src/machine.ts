import type { CheckedNetwork } from "./check.ts";
import { compileKernels, createMemory, instantiateKernels, type Kernels } from "./kernels.ts";
import type { Path } from "./paths.ts";
import { type Placement, placeNetwork } from "./placement.ts";
import { writeProgram } from "./program.ts";

/** A network in WebAssembly memory, ready to run. */
export interface Machine {
  readonly kernels: Kernels;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly placement: Placement;
}

/** Lays a network out in a memory of its own. */
export async function createMachine(
  { network, lengths }: CheckedNetwork,
  path: Path,
  threads: number,
  slab: number,
  shared: boolean,
): Promise<Machine> {
  const { module, asked } = await compileKernels(shared);
  const listBytes = (width: number, groups: number): number => asked.listBytes(width, groups);
  const placement = placeNetwork(network, lengths, listBytes, threads, slab);
  const memory = createMemory(placement.bytes, shared);
  writeProgram(memory.buffer, placement, path);
  return { kernels: await instantiateKernels(module, memory), module, memory, placement };
}
