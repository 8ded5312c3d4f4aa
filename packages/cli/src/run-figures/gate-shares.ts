import { exampleAt, type Split } from "@hardgrad/experiments";
import { type GatedLayer, loadRuntime, type Network } from "@hardgrad/runtime";
import { UsageError } from "../ask/errors.ts";
import type { GateShares } from "../figures/gates.ts";

const IMAGES = 10_000;

/** How often the gates of a network open for the images of each class. */
export async function gateShares(network: Network, test: Split, classes: number): Promise<GateShares> {
  const layer = network.layers.find((l): l is GatedLayer => l.kind === "gated");
  if (!layer)
    throw new UsageError("figure gates: this run has no gates; choose one whose network has a gated layer.");
  const gater = await loadRuntime({ inputs: network.inputs, layers: network.layers.slice(0, layer.gates) });
  const count = Math.min(test.count, IMAGES);
  const open = Array.from({ length: classes }, () => new Array<number>(gater.outputs).fill(0));
  const images = new Array<number>(classes).fill(0);
  for (let n = 0; n < count; n++) {
    const x = Float32Array.from(exampleAt(test, n), (v) => v / 255);
    const label = test.labels[n]!;
    images[label]!++;
    for (const [g, gate] of gater.forward(x).entries()) if (gate !== 0) open[label]![g]!++;
  }
  const shares = open.map((row, c) => row.map((n) => n / Math.max(1, images[c]!)));
  return { shares, block: layer.block };
}
