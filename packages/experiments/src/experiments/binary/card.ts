import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import type { Card } from "../../contract/experiment.ts";
import { LAYERS } from "./network.ts";
import type { BinarySettings } from "./options.ts";

const norms =
  "`z = scale (x W - mean) / sqrt(variance + 0.0001) + shift` with `params.meanI`, `varianceI`, `scaleI`, `shiftI`";

/** Of each form: what the network is, and how its file is read. */
export function card(settings: BinarySettings, { shape, classes }: DataForm): Card {
  const sizes = `A ${exampleSize(shape)} - ${settings.hidden} - ${settings.hidden} - ${classes.length} network`;
  const { bits } = settings;
  const rounding =
    settings.rounding === "dorefa"
      ? `W is \`2 r(tanh(w) / (2 max|tanh w|) + 1/2) - 1\`, hidden units are \`r(z)\`, with \`r(v) = round(${2 ** bits - 1} clip(v, 0, 1)) / ${2 ** bits - 1}\``
      : `W is \`s round(clip(w/s, ${-(2 ** (bits - 1))}, ${2 ** (bits - 1) - 1}))\` with s = \`params.weightStepI\`, hidden units are \`t round(clip(z/t, 0, ${2 ** bits - 1}))\` with t = \`params.unitStepI\``;
  const forms = {
    binary: {
      description: `${sizes} whose weights and hidden units are -1 or 1.`,
      use: `\`checkpoint.safetensors\` holds for each layer I of ${LAYERS} \`params.wI\`, of which the signs W count: pixels are 1 where \`grey/255 > 0.5\`, else 0, and ${norms}; hidden units are 1 where \`z > 0\`, else -1, scores are the last z. The other tensors are for resuming.`,
    },
    rounded: {
      description: `${sizes} whose weights and hidden units have ${bits} bits.`,
      use: `\`checkpoint.safetensors\` holds for each layer I of ${LAYERS} \`params.wI\`: ${rounding}. Pixels are \`grey/255\`, and ${norms}; scores are the last z. The other tensors are for resuming.`,
    },
    float: {
      description: `${sizes} with rectified units: the float twin of a binary one.`,
      use: "`checkpoint.safetensors` holds `params.wI` and `params.shiftI` of each layer I; pixels are `grey/255`, hidden units `relu(x w + shift)`. The other tensors are for resuming.",
    },
  };
  return {
    ...forms[settings.form],
    task: "image-classification",
    tags: [settings.form === "rounded" ? "quantization" : "binary-neural-network"],
  };
}
