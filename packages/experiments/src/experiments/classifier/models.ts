import type { numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import type { DataForm } from "../../contract/dataset.ts";
import { imageInput, keyInput, type Models } from "../../contract/models.ts";
import { classOutputs, fromScores } from "../../nn/classify.ts";
import { dense } from "../../nn/layers.ts";
import { hiddenLayer, preActivations } from "./network.ts";
import { type ClassifierSettings, slopeOf } from "./options.ts";

/** The classifier by thresholds, and, if it was trained to sample its hidden units, by a sample. */
export function models(settings: ClassifierSettings, form: DataForm, epoch: number): Models {
  const slope = slopeOf(settings).at(epoch);
  const binary = settings.unit === "binary";
  const read = (params: NamedArrays, image: np.Array, key?: np.Array): NamedArrays => {
    const hidden = hiddenLayer(preActivations(params, image.mul(255), slope), settings, key);
    const scores = dense(hidden.ref, params.w2!, params.b2!);
    return { ...fromScores(scores), hidden };
  };
  const outputs = {
    ...classOutputs(form),
    hidden: `The hidden layer${binary ? ", each unit 0 or 1" : ""}.`,
  };
  const classifier = {
    doc: `From an image to its class${binary ? "; a hidden unit is 1 where its probability is above 1/2" : ""}.`,
    inputs: { image: imageInput(form.shape) },
    outputs,
    fn: (params: NamedArrays, { image }: NamedArrays) => read(params, image!),
  };
  if (!binary || settings.mode !== "stochastic") return { classifier };
  return {
    classifier,
    "classifier-sampled": {
      doc: "From an image to its class; hidden units are drawn, each is 1 with its probability.",
      inputs: { image: imageInput(form.shape), key: keyInput },
      outputs,
      fn: (params, { image, key }) => read(params, image!, key!),
    },
  };
}
