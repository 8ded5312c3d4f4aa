import { nn, numpy as np } from "@jax-js/jax";
import { expandGates, hardTopK, type NamedArrays, routedBlocks } from "hardgrad";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import { dense, glorotUniform, splitKey } from "../../nn/layers.ts";
import { hardGates, kindOf } from "./gate-kinds.ts";
import { openOf } from "./open.ts";
import type { GatedSettings } from "./options.ts";
import { routerOf } from "./routers.ts";
import { type GatedSizes, sizesOf } from "./sizes.ts";

/** Parameters whose gradient is estimated. */
export const gaterNames: readonly string[] = ["gater1", "gaterBias1", "gater2", "gaterBias2"];

/** Fresh parameters: gates begin at the wanted rate, with a threshold that gives about that rate. Consumes the key. */
export function initialParams(
  key: np.Array,
  settings: GatedSettings,
  { shape, classes }: DataForm,
): NamedArrays {
  const { gater, units, gates, scale, gated } = sizesOf(settings);
  const inputs = exampleSize(shape);
  const [k1, k2, k3, k4] = splitKey(key, 4) as [np.Array, np.Array, np.Array, np.Array];
  const rest: NamedArrays = {
    experts: glorotUniform(k3, inputs, units).mul(scale),
    expertBias: np.zeros([units]),
    output: glorotUniform(k4, units, classes.length),
    outputBias: np.zeros([classes.length]),
  };
  if (!gated) {
    k1.dispose();
    k2.dispose();
    return rest;
  }
  const { start, lowest } = kindOf(settings.gate);
  const { router } = settings;
  const bias = router === "none" ? start(settings.rate) : 0;
  return {
    gater1: glorotUniform(k1, inputs, gater),
    gaterBias1: np.zeros([gater]),
    gater2: glorotUniform(k2, gater, gates),
    gaterBias2: np.full([gates], bias),
    ...rest,
    // Expert choice has one for each expert; they begin at an even share.
    threshold:
      router === "expert-choice" ? np.full([gates], 1 / gates) : np.full([1], Math.max(lowest, bias)),
    ...(router === "loss-free" && { routerBias: np.zeros([gates]) }),
  };
}

/** Logits of the gates, `[batch, gates]`: `tanh(x A + a) B + b`. Consumes the pixels, not the parameters. */
export function gateLogits(params: NamedArrays, x: np.Array): np.Array {
  const hidden = np.tanh(dense(x, params.gater1!.ref, params.gaterBias1!.ref));
  return dense(hidden, params.gater2!.ref, params.gaterBias2!.ref);
}

/** Experts before their gates, `[batch, units]`. Consumes the pixels, not the parameters. */
export function expertUnits(params: NamedArrays, x: np.Array, { experts }: GatedSizes): np.Array {
  const e = dense(x, params.experts!.ref, params.expertBias!.ref);
  return experts === "rectifier" ? nn.relu(e) : e;
}

/** Class scores `[batch, classes]` of gates and experts. Consumes these, not the parameters. */
export function scoresOf(
  params: NamedArrays,
  gates: np.Array,
  experts: np.Array,
  { block }: GatedSizes,
): np.Array {
  return dense(expandGates(gates, block).mul(experts), params.output!.ref, params.outputBias!.ref);
}

/** The same scores with open blocks computed only, forward and backward. Consumes gates and pixels, not the parameters. */
export function routedScores(
  params: NamedArrays,
  gates: np.Array,
  x: np.Array,
  { block, gates: count, experts }: GatedSizes,
  capacity: number,
): np.Array {
  const weights = params.experts!.ref.reshape([x.shape[1]!, count, block]).transpose([1, 0, 2]);
  const bias = params.expertBias!.ref.reshape([count, block]);
  const y = routedBlocks(x, gates, weights, bias, { capacity, placing: "scatter" });
  // After the gates, which are not negative.
  const units = experts === "rectifier" ? nn.relu(y) : y;
  return dense(units, params.output!.ref, params.outputBias!.ref);
}

/** Examples of a batch that a block has room for, or undefined where a step computes all blocks. */
export function capacityOf(settings: GatedSettings, batch: number): number | undefined {
  const room = settings.room;
  return room < 1 ? Math.max(1, Math.round(room * batch)) : undefined;
}

/** The gates in use. Consumes the logits, not the parameters. */
export function gatesInUse(params: NamedArrays, logits: np.Array, settings: GatedSettings): np.Array {
  const router = routerOf(settings);
  if (router) return router.use(logits, params, settings);
  const gate = settings.gate;
  if (gate === "top") return hardTopK(logits, openOf(settings));
  return hardGates(gate, logits, params.threshold!.ref);
}
