import { numpy as np } from "@jax-js/jax";
import { distributionFunctions, type NamedArrays, oneHotOf, sample, sigmoid } from "hardgrad";
import type { DataForm } from "../../contract/dataset.ts";
import { imageInput, keyInput, type Model, type ModelInput, type Models } from "../../contract/models.ts";
import { areCodes, codeCount, numbered, standardized } from "./codes.ts";
import { pixelsOf } from "./losses.ts";
import { decode, encode, latentShape, latents } from "./network.ts";
import type { VaeSettings } from "./options.ts";

/** The encoder, with the most probable code or a sampled one, and the decoder. */
export function models(settings: VaeSettings, form: DataForm): Models {
  const image = imageInput(form.shape);
  const drawn = settings.binarize === "dynamic";
  const atHalf: VaeSettings = drawn ? { ...settings, binarize: "threshold" } : settings;
  if (areCodes(settings)) return { encoder: coder(image, atHalf), decoder: decoder(settings, form) };
  return {
    encoder: {
      doc: `From an image to the most probable state of each latent variable${drawn ? "; pixels are thresholded at 1/2" : ""}.`,
      inputs: { image },
      outputs: { latent: `The most probable state, ${stateForm(settings)}.`, ...distributionOutputs },
      fn: (params, { image }) => {
        const { x, key } = seen(image!, np.zeros([2], { dtype: np.uint32 }), atHalf);
        key.dispose();
        return encoded(params, x, settings, (logits) => mostProbable(logits, settings));
      },
    },
    "encoder-sampled": {
      doc: `From an image to a sample of the latent variables${drawn ? "; pixels are drawn too, each is 1 with its grey value as the probability" : ""}.`,
      inputs: { image, key: keyInput },
      outputs: { latent: `A sample, ${stateForm(settings)}.`, ...distributionOutputs },
      fn: (params, inputs) => {
        const { x, key } = seen(inputs.image!, inputs.key!, settings);
        return encoded(params, x, settings, (logits) => sample(latents(logits, settings), key));
      },
    },
    decoder: decoder(settings, form),
  };
}

/** The encoder where latents are codes. */
function coder(image: ModelInput, settings: VaeSettings): Model {
  return {
    doc: "From an image to its codes.",
    inputs: { image },
    outputs: {
      latent: "The codes: what the decoder takes.",
      indices: `Their numbers, 0 to ${codeCount(settings) - 1}.`,
    },
    fn: (params, { image }) => {
      const { x, key } = seen(image!, np.zeros([2], { dtype: np.uint32 }), settings);
      key.dispose();
      const { codes, indices } = numbered(params, standardized(encode(params, x, settings)), settings);
      return { latent: codes, indices };
    },
  };
}

function decoder(settings: VaeSettings, form: DataForm): Model {
  return {
    doc: "From a state of the latent variables to an image.",
    inputs: { latent: latentInput(settings) },
    outputs: {
      image:
        "length" in form.shape
          ? `${form.shape.length} numbers in [0, 1].`
          : `Grey values of ${form.shape.width} x ${form.shape.height} pixels in [0, 1]: the probability of ink.`,
      logits: "Logits of these probabilities.",
    },
    fn: (params, { latent }) => {
      const logits = decode(params, latent!, settings);
      return { image: sigmoid(logits.ref), logits };
    },
  };
}

const distributionOutputs = {
  probabilities: "Probabilities of the states; of 1, for variables that are 0 or 1.",
  logits: "Their logits.",
};

function stateForm(settings: VaeSettings): string {
  if (areCodes(settings)) return "its code";
  return settings.latents === "categorical" ? "one-hot on the last axis" : "0 or 1";
}

const latentInput = (settings: VaeSettings): ModelInput => ({
  dtype: "float32",
  shape: ["batch", ...latentShape(settings)],
  below: 1,
  doc: `A state of each latent variable, ${stateForm(settings)}.`,
});

function seen(image: np.Array, key: np.Array, settings: VaeSettings): { x: np.Array; key: np.Array } {
  return pixelsOf({ images: image.mul(255), labels: np.zeros([1]), key }, settings);
}

function encoded(
  params: NamedArrays,
  x: np.Array,
  settings: VaeSettings,
  choose: (logits: np.Array) => np.Array,
): NamedArrays {
  const logits = encode(params, x, settings);
  const q = latents(logits.ref, settings);
  return {
    latent: choose(logits.ref),
    probabilities: distributionFunctions[q.kind].mean(q),
    logits,
  };
}

function mostProbable(logits: np.Array, settings: VaeSettings): np.Array {
  return settings.latents === "categorical"
    ? oneHotOf(np.argmax(logits, -1), settings.categories)
    : np.greater(logits, 0).astype(np.float32);
}
