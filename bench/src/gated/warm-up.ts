import { type Costs, type Layer, loadRuntime, type Network, type Path, packSigns } from "@hardgrad/runtime";
import { floats, signedUniform } from "./random.ts";

/** Given, so that nothing is measured before the kernels are optimized. */
const anyCosts: Costs = { row: 0.5, tile: 1.8, skip: 0.8, dot: 0.08, scan: 0.5, pair: 4 };
const MILLISECONDS = 1500;

/**
 * Runs every kernel for a while. Engines optimize WebAssembly beside the program, which takes longer the busier the
 * machine is; neither the cost model nor the bench should see code that is not optimized yet.
 */
export async function warmUp(): Promise<void> {
  const random = signedUniform(23);
  const [inputs, outputs, batch] = [256, 256, 64];
  const weight = floats(inputs * outputs, random);
  const gated = (block: number): Layer[] => [
    { kind: "linear", outputs: outputs / block, weight: floats((inputs * outputs) / block, random) },
    { kind: "gate", open: { above: 0 } },
    { kind: "gated", input: 0, gates: 2, block, outputs, weight },
  ];
  const networks: readonly (readonly Layer[])[] = [
    [{ kind: "linear", outputs, weight }],
    // Few outputs have kernels of their own.
    ...[8, 10, 20].map((few): Layer[] => [
      { kind: "linear", outputs: few, weight: floats(inputs * few, random), unit: "tanh" },
      { kind: "softmax" },
    ]),
    gated(1),
    gated(16),
    [{ kind: "bits", outputs, signs: packSigns(weight, inputs, outputs) }],
  ];
  const works: (() => unknown)[] = [];
  for (const layers of networks)
    for (const path of ["dense", "gates", "inputs"] satisfies Path[]) {
      const network: Network = { inputs, layers };
      const runtime = await loadRuntime(network, { path, costs: anyCosts });
      const x = floats(batch * inputs, random).map((v) => Math.max(v, 0));
      works.push(() => runtime.forward(x.subarray(0, inputs)));
      works.push(() => runtime.forward(x));
      works.push(() => runtime.forward(x.subarray(0, 7 * inputs)));
    }
  const end = performance.now() + MILLISECONDS;
  while (performance.now() < end) {
    for (const work of works) work();
    // Lets the engine's own work in.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
