import { type DataForm, shapeText } from "../../contract/dataset.ts";
import type { Card } from "../../contract/experiment.ts";
import type { GeneratorSettings } from "./options.ts";

export function card(settings: GeneratorSettings, form: DataForm): Card {
  const { mode, style, styleSize, hidden } = settings;
  const labels =
    mode === "supervised"
      ? "with the label of every image"
      : mode === "semi-supervised"
        ? `with the labels of ${settings.labels} images`
        : "without labels; the classes it found were named by ten labelled images each";
  const one = form.classes[7] ?? form.classes.at(-1)!;
  return {
    description: `A generator of ${shapeText(form.shape)}: asked for one of ${settings.classes} classes, it draws it in a style of ${styleSize} ${style === "binary" ? "bits" : "numbers"}. Hidden layers ${hidden} (relu); trained ${labels}.`,
    use: `\`npx hardgrad draw FOLDER --digit ${/^[\w-]+$/.test(one) ? one : JSON.stringify(one)}\` draws; from code, \`loadGenerator\`. \`checkpoint.safetensors\` holds \`params.decoder.w1 [style, hidden]\`, \`params.decoder.y [classes, hidden]\`, ...: the first layer is \`style w1 + digit y + b1\`, the others are \`x w + b\`, with relu between them, and give the logits of the pixels. \`params.prior.*\` makes the style of standard normal noise, \`params.classifier.*\` gives the logits of an image's class, \`params.encoder.*\` and its heads the distribution of an image's style. The other tensors are the optimizer's and the estimator's state, for resuming.`,
    task: "unconditional-image-generation",
    tags: ["conditional-generation", "vae", "discrete-latents"],
  };
}
