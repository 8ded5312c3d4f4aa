import type { UnitName } from "@hardgrad/runtime";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import type { RuntimeModel } from "../../contract/models.ts";
import type { Tensor } from "../../contract/run.ts";
import { layerOnGrey } from "../../nn/normalize.ts";
import { type ClassifierSettings, slopeOf } from "./options.ts";

/**
 * The classifier by thresholds. The pixels' mean and deviation are folded into the first layer, so that background
 * pixels are zeros, which the runtime skips, as it skips hidden units that are 0.
 */
export function runtimeOf(
  params: { readonly [name: string]: Tensor },
  settings: ClassifierSettings,
  { shape }: DataForm,
  epoch: number,
): RuntimeModel {
  const slope = settings.unit === "binary" ? 1 : slopeOf(settings).at(epoch);
  const unit: UnitName = settings.unit === "tanh" ? "tanh" : settings.unit === "linear" ? "identity" : "step";
  return {
    network: {
      inputs: exampleSize(shape),
      layers: [
        { ...layerOnGrey(params.w1!.data, params.b1!.data, slope), unit },
        { kind: "linear", outputs: params.b2!.data.length, weight: params.w2!.data, bias: params.b2!.data },
        { kind: "softmax" },
      ],
    },
    like: { model: "classifier", output: "probabilities" },
  };
}
