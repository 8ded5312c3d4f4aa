import type { HostArray } from "../../contract/backend.ts";
import type { TaskNetwork } from "./network.ts";

/**
 * The network of a task with nothing but the units that can speak: those with a weight or bias that is not 0 on their input
 * side, and a reader on their output side. It computes the same, and the rest is not computed.
 *
 * @param outputs the task's outputs: first, and the one after the last.
 */
export function compact(
  network: TaskNetwork,
  layers: number,
  outputs: readonly [number, number],
): TaskNetwork {
  const widths = Array.from({ length: layers }, (_, i) => network[`w${i + 1}`]!.shape[1]!);
  const wanted = Array.from({ length: outputs[1] - outputs[0] }, (_, i) => outputs[0] + i);
  // From the last layer down: who is read; then from the first up: who can speak.
  const kept: number[][] = [];
  let readers = wanted;
  for (let layer = layers; layer >= 1; layer--) {
    const next = layer === layers ? network.head! : network[`w${layer + 1}`]!;
    const read = all(widths[layer - 1]!).filter((unit) =>
      readers.some((r) => next.data[unit * next.shape[1]! + r] !== 0),
    );
    kept[layer - 1] = read;
    readers = read;
  }
  for (let layer = 1; layer <= layers; layer++) {
    const weights = network[`w${layer}`]!;
    const inputs = layer === 1 ? all(network.w1!.shape[0]!) : kept[layer - 2]!;
    const bias = network[`b${layer}`]?.data;
    const speaks = (unit: number): boolean =>
      (bias !== undefined && bias[unit] !== 0) ||
      inputs.some((i) => weights.data[i * weights.shape[1]! + unit] !== 0);
    kept[layer - 1] = kept[layer - 1]!.filter(speaks);
    // A layer without units would have no shape: one silent unit stands in.
    if (kept[layer - 1]!.length === 0) kept[layer - 1] = [0];
  }
  const small: { [name: string]: HostArray } = {};
  for (let layer = 1; layer <= layers; layer++) {
    small[`w${layer}`] = part(
      network[`w${layer}`]!,
      layer === 1 ? all(network.w1!.shape[0]!) : kept[layer - 2]!,
      kept[layer - 1]!,
    );
    const bias = network[`b${layer}`];
    if (bias) small[`b${layer}`] = entries(bias, kept[layer - 1]!);
  }
  small.head = part(network.head!, kept[layers - 1]!, wanted);
  if (network.headBias) small.headBias = entries(network.headBias, wanted);
  return small;
}

const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function part({ shape, data }: HostArray, rows: readonly number[], columns: readonly number[]): HostArray {
  const width = shape[1]!;
  const values = new Float32Array(rows.length * columns.length);
  rows.forEach((r, i) => {
    columns.forEach((c, j) => {
      values[i * columns.length + j] = data[r * width + c]!;
    });
  });
  return { shape: [rows.length, columns.length], data: values };
}

function entries({ data }: HostArray, indices: readonly number[]): HostArray {
  return { shape: [indices.length], data: Float32Array.from(indices, (i) => data[i]!) };
}
