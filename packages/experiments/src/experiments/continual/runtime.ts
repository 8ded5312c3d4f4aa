import type { LinearLayer, Network } from "@hardgrad/runtime";
import { layerOnGrey } from "../../nn/normalize.ts";
import type { TaskNetwork } from "./network.ts";
import type { Task } from "./tasks.ts";

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

/** The network for the hard runtime: from grey values in [0, 1] to class scores, the same up to rounding. */
export function runtimeNetwork(network: TaskNetwork, layers: number): Network {
  const layer = (w: string, b: string): LinearLayer => {
    const outputs = network[w]!.shape[1]!;
    const weight = network[w]!.data as Float32Array;
    const bias = network[b]?.data as Float32Array | undefined;
    if (w === "w1") return layerOnGrey(weight, bias ?? new Float32Array(outputs));
    return { kind: "linear", outputs, weight, ...(bias ? { bias } : {}) };
  };
  const hidden = Array.from(
    { length: layers },
    (_, i): LinearLayer => ({ ...layer(`w${i + 1}`, `b${i + 1}`), unit: "relu" }),
  );
  return {
    inputs: network.w1!.shape[0]!,
    layers: [...hidden, { ...layer("head", "headBias"), unit: "identity" }],
  };
}
