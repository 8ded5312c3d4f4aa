import type { GatedLayer, GateLayer, Layer, LinearLayer, UnitName } from "@hardgrad/runtime";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import type { RuntimeModel } from "../../contract/models.ts";
import type { Tensor } from "../../contract/run.ts";
import { inUse } from "./averages.ts";
import { openOf } from "./open.ts";
import type { GatedSettings } from "./options.ts";
import { sizesOf } from "./sizes.ts";

/** The gated network as the runtime runs it: gater, hard gates, the experts that are open, and their read-out. */
export function runtimeOf(
  all: { readonly [name: string]: Tensor },
  settings: GatedSettings,
  { shape }: DataForm,
): RuntimeModel {
  const { block, experts, gated } = sizesOf(settings);
  const params = inUse(all);
  if (gated && block !== 1 && block % 8 !== 0)
    throw new RangeError(
      `gated: the runtime has gates of 1 unit or of a multiple of 8, not of ${block}; train with --block 8, 16 or 32.`,
    );
  const linear = (weight: string, bias: string, unit: UnitName = "identity"): LinearLayer => ({
    kind: "linear",
    outputs: params[bias]!.data.length,
    weight: params[weight]!.data,
    bias: params[bias]!.data,
    unit,
  });
  const hidden = linear("experts", "expertBias", experts === "rectifier" ? "relu" : "identity");
  const readOut: Layer[] = [linear("output", "outputBias"), { kind: "softmax" }];
  const like = { model: "classifier", output: "probabilities" };
  if (!gated) return { network: { inputs: exampleSize(shape), layers: [hidden, ...readOut] }, like };
  const decided =
    settings.router === "none" ? gatesOf(settings, params.threshold!.data[0]!) : routerGates(settings);
  const gater: Layer[] = [linear("gater1", "gaterBias1", "tanh"), linear("gater2", "gaterBias2"), ...decided];
  const skipped: GatedLayer = { ...hidden, kind: "gated", input: 0, gates: gater.length, block };
  return { network: { inputs: exampleSize(shape), layers: [...gater, skipped, ...readOut] }, like };
}

/** Gates of routers whose choice and weight are one number; the others are for ONNX. */
function routerGates(settings: GatedSettings): Layer[] {
  const { router } = settings;
  if (router === "top-k" && openOf(settings) === 1)
    return [{ kind: "softmax" }, { kind: "gate", open: { top: 1 }, scaled: true }];
  if (router === "relu") return [{ kind: "gate", open: { above: 0 }, scaled: true }];
  throw new RangeError(
    `gated: the runtime has no gates of --router ${router}${router === "top-k" ? ` with ${openOf(settings)} open experts` : ""}; export --format onnx, or train with --router relu, or top-k with one open expert.`,
  );
}

/** From the logits of the gates to what they are worth: their values first, since open gates pass on what they read. */
function gatesOf(settings: GatedSettings, threshold: number): Layer[] {
  const gate = settings.gate;
  const sigmoid = 1 / (1 + Math.exp(-threshold));
  const opens = (above: number): GateLayer => ({ kind: "gate", open: { above }, scaled: true });
  switch (gate) {
    case "top":
      return [{ kind: "gate", open: { top: openOf(settings) } }];
    case "binary":
      return [{ kind: "gate", open: { above: threshold } }];
    case "rectifier":
      return [opens(Math.max(0, threshold))];
    case "sigmoid":
      return [{ kind: "unit", unit: "sigmoid" }, opens(sigmoid)];
    case "smooth":
      return [{ kind: "unit", unit: "sigmoid" }, { kind: "unit", unit: "sqrt" }, opens(Math.sqrt(sigmoid))];
    case "hard-concrete": {
      const clip: UnitName = { id: "clip", slope: 1.2, offset: -0.1, low: 0, high: 1 };
      const value = Math.min(1, Math.max(0, 1.2 * sigmoid - 0.1));
      return [{ kind: "unit", unit: "sigmoid" }, { kind: "unit", unit: clip }, opens(value)];
    }
  }
}
