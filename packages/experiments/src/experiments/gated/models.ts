import type { numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import type { DataForm } from "../../contract/dataset.ts";
import { imageInput, type Models } from "../../contract/models.ts";
import { classOutputs, fromScores } from "../../nn/classify.ts";
import { dense } from "../../nn/layers.ts";
import { inUse } from "./averages.ts";
import { expertUnits, gateLogits, gatesInUse, scoresOf } from "./network.ts";
import type { GatedSettings } from "./options.ts";
import { sizesOf } from "./sizes.ts";

/** Class scores, and the gates if there are any, of pixels from 0 to 1. Consumes the pixels, not the parameters. */
export function readImages(
  all: NamedArrays,
  x: np.Array,
  settings: GatedSettings,
): { scores: np.Array; gates?: np.Array } {
  const sizes = sizesOf(settings);
  const params = inUse(all);
  const e = expertUnits(params, x.ref, sizes);
  if (!sizes.gated) {
    x.dispose();
    return { scores: dense(e, params.output!.ref, params.outputBias!.ref) };
  }
  const gates = gatesInUse(params, gateLogits(params, x), settings);
  return { scores: scoresOf(params, gates.ref, e, sizes), gates };
}

/** The network as it is used, with gates decided by the threshold. */
export function models(settings: GatedSettings, form: DataForm): Models {
  const { gated, gates } = sizesOf(settings);
  return {
    classifier: {
      doc: gated
        ? `From an image to its class; gates are ${settings.router === "none" ? "open where their logit is above the threshold" : `those of the router ${settings.router}`}.`
        : "From an image to its class.",
      inputs: { image: imageInput(form.shape) },
      outputs: {
        ...classOutputs(form),
        ...(gated ? { gates: `The ${gates} gates: 0 where closed.` } : {}),
      },
      fn: (params: NamedArrays, { image }: NamedArrays): NamedArrays => {
        const { scores, gates } = readImages(params, image!, settings);
        return { ...fromScores(scores), ...(gates ? { gates } : {}) };
      },
    },
  };
}
