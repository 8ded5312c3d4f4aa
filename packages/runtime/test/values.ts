import { checked } from "../src/check.ts";
import type { Costs } from "../src/costs.ts";
import { writeCosts } from "../src/costs.ts";
import type { Network } from "../src/layers.ts";
import * as L from "../src/layout.ts";
import { createMachine, type Machine } from "../src/machine.ts";
import { packPanels, packRows } from "../src/pack.ts";
import { type Path, paths } from "../src/paths.ts";
import { evaluate, expectWithin } from "./reference.ts";

/** Costs like those of a usual machine, so that tests do not depend on the clock. */
export const usualCosts: Costs = { row: 0.5, tile: 1.8, skip: 0.8, dot: 0.08, scan: 0.5, pair: 4 };

/**
 * Runs up to 64 examples and gives every value of each, and the path of each layer. `far`: the last layer
 * is treated as large ones are.
 */
export async function runValues(
  network: Network,
  x: Float32Array,
  path: Path = "auto",
  costs: Costs = usualCosts,
  lastWeight?: Float32Array,
  far = false,
): Promise<{ examples: Float32Array[][]; paths: Path[]; output: Float32Array }> {
  const machine = await createMachine(checked(network), path, 1, L.CHUNK, false);
  const { kernels, memory, placement } = machine;
  writeCosts(machine, costs);
  if (lastWeight) replaceLastWeight(machine, lastWeight);
  if (far) {
    const op = placement.program + L.HEADER_BYTES + (placement.layers.length - 1) * L.OP_BYTES;
    new Int32Array(memory.buffer, op + L.OP_FLAGS, 1)[0]! |= L.FLAG_FAR;
  }
  const count = x.length / network.inputs;
  new Float32Array(memory.buffer, placement.input, x.length).set(x);
  // What lay in memory before must not matter.
  for (const { offset, length, stride } of placement.values.slice(1))
    for (let i = 0; i < L.CHUNK; i++)
      new Float32Array(memory.buffer, placement.scratch + offset + i * stride, length).fill(1e30);
  if (kernels.run(placement.program, placement.scratch, placement.input, placement.output, count) >= 0)
    throw new Error("not finite");
  return {
    examples: Array.from({ length: count }, (_, i) =>
      placement.values.map(({ offset, length, stride }) =>
        new Float32Array(memory.buffer, placement.scratch + offset + i * stride, length).slice(),
      ),
    ),
    paths: placement.layers.map(
      (_, index) =>
        paths[new Int32Array(memory.buffer, placement.scratch + placement.taken + index * 4, 1)[0]!]!,
    ),
    output: new Float32Array(
      memory.buffer,
      placement.output,
      count * placement.values.at(-1)!.length,
    ).slice(),
  };
}

/** Packs other weights into the last layer, unchecked. */
function replaceLastWeight({ memory, placement }: Machine, weight: Float32Array): void {
  const { inputs, outputs, panels, weight: at, wide, rows, rowBytes } = placement.layers.at(-1)!;
  packPanels(weight, inputs, outputs, 8, new Float32Array(memory.buffer, at, panels * inputs * 8));
  if (wide)
    packPanels(
      weight,
      inputs,
      outputs,
      32,
      new Float32Array(memory.buffer, wide, Math.ceil(panels / 4) * inputs * 32),
    );
  if (rows)
    packRows(
      weight,
      inputs,
      outputs,
      rowBytes / 4,
      new Float32Array(memory.buffer, rows, (outputs * rowBytes) / 4),
    );
}

/** Runs and compares every layer of every example with the float64 reference. */
export async function checkNetworkValues(
  network: Network,
  x: Float32Array,
  path: Path = "auto",
  costs: Costs = usualCosts,
  far = false,
): Promise<Awaited<ReturnType<typeof runValues>>> {
  const result = await runValues(network, x, path, costs, undefined, far);
  for (const [example, given] of result.examples.entries())
    for (const [index, wanted] of evaluate(network, given).entries())
      expectWithin(
        `example ${example}, layer ${index} (${network.layers[index]!.kind}, ${path})`,
        given[index + 1]!,
        wanted,
      );
  return result;
}
