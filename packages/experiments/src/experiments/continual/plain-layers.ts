import type { Layer, Network } from "@hardgrad/runtime";
import type { HostArray } from "../../contract/backend.ts";
import { DEVIATION, MEAN, type TaskNetwork } from "./network.ts";
import type { Task } from "./tasks.ts";

/** `x W + b`, for networks that other programs run. */
export interface PlainLayer {
  /** `[inputs, outputs]` */
  readonly weight: HostArray;
  readonly bias?: HostArray;
}

/** A task's network for images as they are: the order of its pixels goes into the first layer. */
export function forPlainImages(network: TaskNetwork, { pixels }: Task): TaskNetwork {
  if (!pixels) return network;
  const { shape, data } = network.w1!;
  const width = shape[1]!;
  const moved = new Float32Array(data.length);
  for (const [i, from] of pixels.entries())
    moved.set((data as Float32Array).subarray(i * width, (i + 1) * width), from * width);
  return { ...network, w1: { shape, data: moved } };
}

/**
 * A network as layers that take grey values in [0, 1]: the normalisation is in the first one. Rectified between layers.
 * The same up to rounding.
 */
export function plainLayers(network: TaskNetwork, layers: number): PlainLayer[] {
  const names = [
    ...Array.from({ length: layers }, (_, i) => [`w${i + 1}`, `b${i + 1}`]),
    ["head", "headBias"],
  ];
  return names.map(([w, b], i) => {
    const weight = network[w!]!;
    const bias = network[b!];
    if (i > 0) return bias ? { weight, bias } : { weight };
    const outputs = weight.shape[1]!;
    const shift = new Float64Array(outputs);
    for (const [n, value] of weight.data.entries()) shift[n % outputs]! += value;
    const data = Float32Array.from(shift, (sum, unit) => (bias?.data[unit] ?? 0) - (MEAN / DEVIATION) * sum);
    const scaled = Float32Array.from(weight.data, (value) => (255 / DEVIATION) * value);
    return { weight: { shape: weight.shape, data: scaled }, bias: { shape: [outputs], data } };
  });
}

/** The layers for the hard runtime: from 784 grey values to class scores. */
export function runtimeNetwork(layers: readonly PlainLayer[]): Network {
  return {
    inputs: layers[0]!.weight.shape[0]!,
    layers: layers.map(
      ({ weight, bias }, i): Layer => ({
        kind: "linear",
        outputs: weight.shape[1]!,
        weight: weight.data as Float32Array,
        ...(bias ? { bias: bias.data as Float32Array } : {}),
        unit: i < layers.length - 1 ? "relu" : "identity",
      }),
    ),
  };
}
