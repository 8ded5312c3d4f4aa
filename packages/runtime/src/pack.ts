import type { BitsLayer } from "./layers.ts";

/** Weights `[inputs, outputs]` as panels `[outputs / lanes][inputs][lanes]`, padded with zeros. */
export function packPanels(
  weight: Float32Array,
  inputs: number,
  outputs: number,
  lanes: number,
  target: Float32Array,
): void {
  for (let first = 0, at = 0; first < outputs; first += lanes) {
    const width = Math.min(lanes, outputs - first);
    for (let i = 0, from = first; i < inputs; i++, from += outputs, at += lanes)
      for (let j = 0; j < width; j++) target[at + j] = weight[from + j]!;
  }
}

/** Weights `[inputs, outputs]` as rows `[outputs][stride]`. */
export function packRows(
  weight: Float32Array,
  inputs: number,
  outputs: number,
  stride: number,
  target: Float32Array,
): void {
  for (let i = 0; i < inputs; i++)
    for (let j = 0; j < outputs; j++) target[j * stride + i] = weight[i * outputs + j]!;
}

/** Signs as rows of `stride` bytes; bits beyond the inputs are cleared, as they are in the packed inputs. */
export function packSignRows(
  signs: Uint8Array,
  inputs: number,
  outputs: number,
  stride: number,
  target: Uint8Array,
): void {
  const bytes = Math.ceil(inputs / 8);
  const lastMask = 0xff >> (bytes * 8 - inputs);
  for (let j = 0; j < outputs; j++) {
    target.set(signs.subarray(j * bytes, (j + 1) * bytes), j * stride);
    target[j * stride + bytes - 1]! &= lastMask;
  }
}

/**
 * Scale and bias of a bit layer as the kernel wants them, which counts differing bits d: inputs of -1 and 1 give
 * `x S = inputs - 2 d`, and inputs of 0 and 1 give `x S = ones - d` with the number of signs that are 1.
 */
export function foldBits(layer: BitsLayer, inputs: number, scale: Float32Array, bias: Float32Array): void {
  const bytes = Math.ceil(inputs / 8);
  for (let j = 0; j < layer.outputs; j++) {
    const factor = layer.scale?.[j] ?? 1;
    const shift = layer.bias?.[j] ?? 0;
    let ones = 0;
    for (let i = 0; i < inputs; i++) ones += (layer.signs[j * bytes + (i >> 3)]! >> (i & 7)) & 1;
    const step = layer.binary === "step";
    scale[j] = step ? -factor : -2 * factor;
    bias[j] = shift + factor * (step ? ones : inputs);
  }
}
