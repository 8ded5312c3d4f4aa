import type { CheckedNetwork } from "./check.ts";
import { compileKernels, createMemory, instantiate, type Kernels } from "./kernels.ts";
import { type Path, type Plan, planNetwork } from "./plan.ts";
import { writePlan } from "./program.ts";

/** A network in WebAssembly memory, ready to run. */
export interface Machine {
  readonly kernels: Kernels;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly plan: Plan;
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
  const plan = planNetwork(network, lengths, listBytes, threads, slab);
  const memory = createMemory(plan.bytes, shared);
  writePlan(memory.buffer, plan, path);
  return { kernels: await instantiate(module, memory), module, memory, plan };
}
