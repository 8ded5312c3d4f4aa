import type { Settings } from "../experiment.ts";
import type { Exports } from "../exports.ts";
import { draw } from "./generate.ts";
import { classCount } from "./network.ts";

/** The generator and the classifier. */
export function exportsOf(settings: Settings): Exports {
  return {
    generator: {
      doc: "Draws the digit that is asked for.",
      inputs: {
        digit: {
          dtype: "float32",
          shape: ["batch", classCount(settings)],
          below: 1,
          doc: "The class, one-hot.",
        },
        style: {
          dtype: "float32",
          shape: ["batch", settings.styleSize as number],
          below: 1,
          doc: "Standard normal noise: what tells pictures of one digit apart.",
        },
      },
      outputs: { image: "Grey values of 28 x 28 pixels in [0, 1].", logits: "Their logits." },
      fn: (params, { digit, style }) => draw(params, style!, digit!, settings),
    },
  };
}
