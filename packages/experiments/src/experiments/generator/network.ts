import { nn, type numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import { readSizes } from "../../contract/options.ts";
import { splitKey } from "../../nn/layers.ts";
import { bitsParams } from "./bits.ts";
import { flowParams } from "./flow.ts";
import { afterFirst, classTerm, layer, layerParams } from "./layers.ts";
import type { GeneratorSettings } from "./options.ts";

/**
 * `classifier`: image to class. `encoder`: image and class to hidden units, from which `mean` and `scale` (the
 * logarithm of the standard deviation) or `bits` (logits) of the style are read. `decoder`: class and style to an
 * image. `prior`: class to a distribution of styles.
 */

/** Numbers of a view. */
const VIEW = 32;

/** How many classes a network has. */
export const classesIn = (params: NamedArrays): number => params["decoder.y"]!.shape[0]!;

export function initialParams(key: np.Array, settings: GeneratorSettings, form: DataForm): NamedArrays {
  const hidden = readSizes(settings.hidden)!;
  const classes = settings.classes;
  const pixels = exampleSize(form.shape);
  const size = settings.styleSize;
  const keys = splitKey(key, 7) as [np.Array, np.Array, np.Array, np.Array, np.Array, np.Array, np.Array];
  const [forClassifier, forEncoder, forHead, forScale, forDecoder, forPrior, forView] = keys;
  const top = hidden.at(-1)!;
  const continuous = settings.style === "continuous";
  const labelled = settings.mode === "supervised";
  if (!continuous) forScale.dispose();
  if (labelled) forView.dispose();
  return {
    ...layerParams(forClassifier, "classifier", [pixels, ...hidden, classes]),
    ...layerParams(forEncoder, "encoder", [pixels, ...hidden], classes),
    ...layerParams(forHead, continuous ? "mean" : "bits", [top, size]),
    ...(continuous ? layerParams(forScale, "scale", [top, size]) : {}),
    ...layerParams(forDecoder, "decoder", [size, ...hidden.toReversed(), pixels], classes),
    ...(continuous ? flowParams : bitsParams)(forPrior, size, classes, settings),
    ...(labelled ? {} : layerParams(forView, "view", [top, VIEW])),
  };
}

/** Logits of the class, `[batch, classes]`. Keeps the parameters. */
export function classify(params: NamedArrays, x: np.Array): np.Array {
  return afterFirst(params, "classifier", layer(params, "classifier", 1, x));
}

/** Logits of the class, and a view of the same hidden units in which images are told apart. Keeps the parameters. */
export function classifyAndView(params: NamedArrays, x: np.Array): { logits: np.Array; view: np.Array } {
  let h = nn.relu(layer(params, "classifier", 1, x));
  let i = 2;
  for (; `classifier.w${i + 1}` in params; i++) h = nn.relu(layer(params, "classifier", i, h));
  return { logits: layer(params, "classifier", i, h.ref), view: layer(params, "view", 1, h) };
}

/** What the encoder's first layer makes of an image without its class: the same for every class. */
export function seen(params: NamedArrays, x: np.Array): np.Array {
  return layer(params, "encoder", 1, x);
}

/** The encoder's hidden units for `seen` images `[batch, units]` and classes `[...rows, batch, classes]`. */
export function encode(params: NamedArrays, image: np.Array, y: np.Array): np.Array {
  return nn.relu(afterFirst(params, "encoder", image.add(classTerm(params, "encoder", y))));
}

/** Logits of the pixels `[...rows, size]` for styles and classes; it sees bits as -1 and 1. Keeps the parameters. */
export function decode(
  params: NamedArrays,
  style: np.Array,
  y: np.Array,
  settings: GeneratorSettings,
): np.Array {
  const code = settings.style === "binary" ? style.mul(2).sub(1) : style;
  const first = layer(params, "decoder", 1, code).add(classTerm(params, "decoder", y));
  return afterFirst(params, "decoder", first);
}

/** The names of the parameters of classifier or encoder. */
export function namesOfPart(part: "classifier" | "encoder", { hidden }: GeneratorSettings): string[] {
  const layers = readSizes(hidden)!.length + (part === "classifier" ? 1 : 0);
  const names = Array.from({ length: layers }, (_, i) => [`${part}.w${i + 1}`, `${part}.b${i + 1}`]).flat();
  return part === "encoder" ? [...names, "encoder.y"] : names;
}
