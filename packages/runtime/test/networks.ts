import { type Layer, type Network, packSigns } from "../src/layers.ts";
import { floats, generator } from "./reference.ts";

/** A small network with every kind of layer. */
export function smallNetwork(seed = 5): Network {
  const random = generator(seed);
  return {
    inputs: 9,
    meta: { name: "small", accuracy: 0.5 },
    layers: [
      { kind: "linear", outputs: 4, weight: floats(36, random), unit: "tanh" },
      { kind: "linear", outputs: 3, weight: floats(12, random), bias: floats(3, random) },
      { kind: "gate", open: { above: 0 } },
      { kind: "gated", input: 0, gates: 3, block: 8, outputs: 20, weight: floats(180, random), unit: "relu" },
      { kind: "unit", unit: { id: "clip", slope: 1, offset: 0, low: 0, high: 1 } },
      { kind: "bits", outputs: 6, signs: packSigns(floats(120, random), 20, 6), scale: floats(6, random) },
      { kind: "softmax" },
    ],
  };
}

/** A gated network of the size of the MNIST ones; `share` of the gates are open. */
export function gatedNetwork(
  inputs: number,
  outputs: number,
  block: number,
  share: number,
  seed = 6,
): Network {
  const random = generator(seed);
  const gates = Math.ceil(outputs / block);
  const layers: Layer[] = [
    { kind: "linear", outputs: 32, weight: floats(inputs * 32, random), unit: "tanh" },
    { kind: "linear", outputs: gates, weight: floats(32 * gates, random) },
    { kind: "gate", open: { top: Math.round(share * gates) } },
    {
      ...{ kind: "gated", input: 0, gates: 3, block, outputs, unit: "relu" },
      weight: floats(inputs * outputs, random),
      bias: floats(outputs, random),
    },
    { kind: "linear", outputs: 10, weight: floats(outputs * 10, random) },
    { kind: "softmax" },
  ];
  return { inputs, layers };
}
