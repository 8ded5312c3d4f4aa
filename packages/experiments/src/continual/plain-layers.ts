import type { Layer, Network } from "@hardgrad/runtime";
import type { HostArray } from "../engine/backend.ts";
import { DEVIATION, MEAN, type TaskNetwork } from "./network.ts";

/** `x W + b`, for networks that other programs run. */
export interface PlainLayer {
  /** `[inputs, outputs]` */
  readonly weight: HostArray;
  readonly bias?: HostArray;
}

/**
 * A task's network as layers that take images as they are, grey values in [0, 1]: the normalisation and the order of the
 * task's pixels are in the first layer. Rectified between layers. The same up to rounding.
 *
 * @param pixels where every pixel comes from, if the task's are permuted.
 */
export function plainLayers(network: TaskNetwork, layers: number, pixels?: Int32Array): PlainLayer[] {
  const names = [
    ...Array.from({ length: layers }, (_, i) => [`w${i + 1}`, `b${i + 1}`]),
    ["head", "headBias"],
  ];
  return names.map(([w, b], i) => {
    const weight = network[w!]!;
    const bias = network[b!];
    if (i > 0) return bias ? { weight, bias } : { weight };
    const [inputs, outputs] = weight.shape as [number, number];
    const scaled = new Float32Array(weight.data.length);
    const shift = new Float64Array(outputs);
    for (let pixel = 0; pixel < inputs; pixel++)
      for (let unit = 0; unit < outputs; unit++) {
        const value = weight.data[pixel * outputs + unit]! / DEVIATION;
        scaled[(pixels?.[pixel] ?? pixel) * outputs + unit] = 255 * value;
        shift[unit]! -= MEAN * value;
      }
    const data = Float32Array.from(shift, (s, unit) => s + (bias?.data[unit] ?? 0));
    return { weight: { shape: weight.shape, data: scaled }, bias: { shape: [outputs], data } };
  });
}

/** The layers for the hard runtime: from 784 grey values to class scores. */
export function runtimeNetwork(layers: readonly PlainLayer[], meta: Network["meta"] = {}): Network {
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
    meta,
  };
}
