import { nn, numpy as np } from "@jax-js/jax";
import type { DataForm, ImageShape } from "../../contract/dataset.ts";
import { imageInput, type Models } from "../../contract/models.ts";
import { draw } from "./draw.ts";
import { classify } from "./network.ts";
import type { GeneratorSettings } from "./options.ts";

/** The generator, which draws what is asked for, and the classifier, which reads. */
export function models(settings: GeneratorSettings, form: DataForm): Models {
  const { width, height } = form.shape as ImageShape;
  const found =
    settings.mode === "unsupervised"
      ? "found class (the run's metrics class/0, class/1, ... say which digit each is named)"
      : "digit";
  return {
    generator: {
      doc: `Draws the ${found} that is asked for.`,
      inputs: {
        digit: {
          dtype: "float32",
          shape: ["batch", settings.classes],
          below: 1,
          doc: "What is asked for, one-hot: 1 at the digit's place, else 0.",
        },
        style: {
          dtype: "float32",
          shape: ["batch", settings.styleSize],
          below: 1,
          doc: "What tells pictures of one digit apart: standard normal noise, new for each picture.",
        },
      },
      outputs: {
        image: `Grey values of ${width} x ${height} pixels in [0, 1], row by row from the top left: 0 is the background, 1 the ink.`,
        logits: "Logits of these values.",
      },
      fn: (params, { digit, style }) => draw(params, style!, digit!, settings),
    },
    classifier: {
      doc: `Reads the ${found} of an image.`,
      inputs: { image: imageInput(form.shape) },
      outputs: {
        class: "The most probable class, as a number.",
        probabilities: "Probabilities of the classes.",
        logits: "Their logits.",
      },
      fn: (params, { image }) => {
        const logits = classify(params, image!);
        return {
          class: np.argmax(logits.ref, -1),
          probabilities: nn.softmax(logits.ref, -1),
          logits,
        };
      },
    },
  };
}
