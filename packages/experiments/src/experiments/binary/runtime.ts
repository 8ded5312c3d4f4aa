import { type BitsLayer, type Layer, packSigns } from "@hardgrad/runtime";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import type { RuntimeModel } from "../../contract/models.ts";
import type { Tensor } from "../../contract/run.ts";
import { EPSILON, INK, isBinary, LAYERS } from "./network.ts";
import type { BinarySettings } from "./options.ts";
import { learnedOf, usedStep } from "./rounding.ts";

/**
 * Binary: layers of one bit per weight; what normalizes their sums is a factor and a bias per unit. Rounded: the rounded
 * weights as float32, with the factor and the units' steps folded in; the runtime has no kernel for 2 to 8 bits.
 */
export function runtimeOf(
  params: { readonly [name: string]: Tensor },
  settings: BinarySettings,
  { shape }: DataForm,
): RuntimeModel {
  if (settings.form === "rounded" && settings.rounding === "dorefa")
    throw new RangeError(
      "binary: --rounding dorefa rounds a tanh, which float32 computes differently here and there, so it has no runtime file; export --format onnx, or train with --rounding lsq.",
    );
  const layerOf = { binary: bitsOf, rounded: roundedOf, float: floatOf }[settings.form];
  const layers = Array.from({ length: LAYERS }, (_, i) => layerOf(params, i + 1, settings));
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

/** A unit is `t m round(m clip(z / (t m), 0, 1)) / m` with m levels: t m is in the weights before and behind. */
function roundedOf(params: { readonly [name: string]: Tensor }, i: number, settings: BinarySettings): Layer {
  const { shape, data } = params[`w${i}`]!;
  const outputs = shape[1]!;
  const of = (name: string, layer = i): Float32Array => params[`${name}${layer}`]!.data;
  const [low, high] = learnedOf("weight", settings)!.codes;
  const levels = learnedOf("unit", settings)!.codes[1];
  const step = usedStep(of("weightStep")[0]!);
  const before = i === 1 ? 1 : usedStep(of("unitStep", i - 1)[0]!) * levels;
  const behind = i === LAYERS ? 1 : usedStep(of("unitStep")[0]!) * levels;
  const factor = of("scale").map((s, j) => s / Math.sqrt(of("variance")[j]! + EPSILON));
  return {
    kind: "linear",
    outputs,
    weight: data.map((w, n) => {
      const code = roundEven(Math.min(Math.max(Math.fround(w / step), low), high));
      return (code * step * before * factor[n % outputs]!) / behind;
    }),
    bias: of("shift").map((b, j) => (b - of("mean")[j]! * factor[j]!) / behind),
    unit: i === LAYERS ? "identity" : { id: "round", levels },
  };
}

/** The nearest whole number, of two the even one. */
function roundEven(x: number): number {
  const below = Math.floor(x);
  const up = x - below > 0.5 || (x - below === 0.5 && below % 2 !== 0);
  return up ? below + 1 : below;
}
