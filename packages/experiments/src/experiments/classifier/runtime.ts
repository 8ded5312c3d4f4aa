import type { LinearLayer, Unit } from "@hardgrad/runtime";
import type { Settings } from "../../contract/experiment.ts";
import type { RuntimeModel } from "../../contract/models.ts";
import type { Tensor } from "../../contract/run.ts";
import { slopeAt } from "../../nn/schedules.ts";
import { DEVIATION, MEAN } from "./network.ts";

/**
 * The classifier by thresholds. The pixels' mean and deviation are folded into the first layer, so that background
 * pixels are zeros, which the runtime skips, as it skips hidden units that are 0.
 */
export function runtimeOf(
  params: { readonly [name: string]: Tensor },
  settings: Settings,
  epoch: number,
): RuntimeModel {
  const hidden = settings.hidden as number;
  const slope = settings.unit === "binary" ? 1 : slopeAt(epoch, settings.slopeGrowth as number);
  const unit: Unit = settings.unit === "tanh" ? "tanh" : settings.unit === "linear" ? "identity" : "step";
  return {
    network: {
      inputs: 784,
      layers: [
        { ...onGrey(params.w1!.data, params.b1!.data, hidden, slope), unit },
        { kind: "linear", outputs: 10, weight: params.w2!.data, bias: params.b2!.data },
        { kind: "softmax" },
      ],
    },
    like: { model: "classifier", output: "probabilities" },
  };
}

/** `slope ((255 x - mean) / deviation w + b)` as a layer on grey values x in [0, 1]. */
function onGrey(w: Float32Array, b: Float32Array, outputs: number, slope: number): LinearLayer {
  const shift = new Float64Array(outputs);
  for (let i = 0; i < w.length; i++) shift[i % outputs]! += w[i]!;
  return {
    kind: "linear",
    outputs,
    weight: w.map((v) => (v * slope * 255) / DEVIATION),
    bias: b.map((v, j) => slope * (v - (shift[j]! * MEAN) / DEVIATION)),
  };
}
