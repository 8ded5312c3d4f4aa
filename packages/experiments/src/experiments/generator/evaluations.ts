import { numpy as np } from "@jax-js/jax";
import { categorical, sample } from "hardgrad";
import type { Evaluation, StepInputs } from "../../contract/experiment.ts";
import { splitKey } from "../../nn/layers.ts";
import { greyValues } from "../../nn/normalize.ts";
import { draw } from "./draw.ts";
import { fromUniform } from "./information.ts";
import { oneHotLabels } from "./losses.ts";
import { classify, seen } from "./network.ts";
import type { GeneratorSettings } from "./options.ts";
import { sampleTerms } from "./style.ts";

/** What is computed for metrics and pictures. */
export const evaluations: { readonly [name: string]: Evaluation<GeneratorSettings> } = {
  /** The parts of the bound and the most probable class of each image. With all labels the digit is given. */
  terms: (params, inputs, settings) => {
    const { images, labels, key } = inputs as StepInputs;
    const x = greyValues(images);
    const logits = classify(params, x.ref);
    const [forDigit, forStyle] = splitKey(key, 2) as [np.Array, np.Array];
    const given = settings.mode === "supervised";
    const y = given ? oneHotLabels(labels, params) : sample(categorical(logits.ref), forDigit);
    (given ? forDigit : labels).dispose();
    const image = seen(params, x.ref);
    const { reconstruction, divergence } = sampleTerms(params, { x, image, y, key: forStyle }, settings);
    return {
      reconstruction,
      divergence: given ? divergence : divergence.add(fromUniform(logits.ref)),
      classes: np.argmax(logits, -1),
    };
  },
  classes: (params, inputs) => {
    const { images, labels, key } = inputs as StepInputs;
    labels.dispose();
    key.dispose();
    return { classes: np.argmax(classify(params, greyValues(images)), -1) };
  },
  /** Pictures of the classes that are given as numbers, in styles that are given as noise. */
  draw: (params, { key, digits, noise }, settings) => {
    key!.dispose();
    const y = oneHotLabels(digits!, params);
    const { image, logits } = draw(params, noise!, y, settings);
    logits.dispose();
    return { pixels: image };
  },
};
