import { type BitsLayer, type Layer, packSigns } from "@hardgrad/runtime";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import type { RuntimeModel } from "../../contract/models.ts";
import type { Tensor } from "../../contract/run.ts";
import { EPSILON, INK, isBinary, LAYERS } from "./network.ts";
import type { BinarySettings } from "./options.ts";

/** Layers of one bit per weight; what normalizes their sums is a factor and a bias per unit. */
export function runtimeOf(
  params: { readonly [name: string]: Tensor },
  settings: BinarySettings,
  { shape }: DataForm,
): RuntimeModel {
  const layers = Array.from({ length: LAYERS }, (_, i) =>
    isBinary(settings) ? bitsOf(params, i + 1) : floatOf(params, i + 1),
  );
  const ink: Layer[] = isBinary(settings) ? [{ kind: "unit", unit: { id: "step", threshold: INK } }] : [];
  return {
    network: { inputs: exampleSize(shape), layers: [...ink, ...layers, { kind: "softmax" }] },
    like: { model: "classifier", output: "probabilities" },
  };
}

function bitsOf(params: { readonly [name: string]: Tensor }, i: number): BitsLayer {
  const { shape, data } = params[`w${i}`]!;
  const [inputs, outputs] = shape as [number, number];
  const of = (name: string): Float32Array => params[`${name}${i}`]!.data;
  const scale = of("scale").map((s, j) => s / Math.sqrt(of("variance")[j]! + EPSILON));
  return {
    kind: "bits",
    outputs,
    signs: packSigns(data, inputs, outputs),
    binary: i === 1 ? "step" : "sign",
    scale,
    bias: of("shift").map((b, j) => b - of("mean")[j]! * scale[j]!),
    unit: i === LAYERS ? "identity" : "sign",
  };
}

function floatOf(params: { readonly [name: string]: Tensor }, i: number): Layer {
  const { shape, data } = params[`w${i}`]!;
  const unit = i === LAYERS ? "identity" : "relu";
  return { kind: "linear", outputs: shape[1]!, weight: data, bias: params[`shift${i}`]!.data, unit };
}
