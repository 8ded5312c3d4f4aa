import { nn, type numpy as np } from "@jax-js/jax";
import { sigmoid } from "hardgrad";
import type { Settings } from "../experiment.ts";
import { splitKey } from "../layers.ts";
import type { Params } from "../optimizers.ts";
import { readSizes } from "../options.ts";
import { flowParams } from "./flow.ts";
import { afterFirst, classTerm, layer, layerParams } from "./layers.ts";

/**
 * `classifier`: image to class. `encoder`: image and class to hidden units, from which `mean` and `scale` (the
 * logarithm of the standard deviation) or `bits` (logits) of the style are read. `decoder`: class and style to an
 * image. `prior`: class to a distribution of styles.
 */

export const PIXELS = 784;

/** How many classes there are. */
export function classCount({ mode, classes }: Settings): number {
  return mode === "unsupervised" ? (classes as number) : 10;
}

export function initialParams(key: np.Array, settings: Settings): Params {
  const hidden = readSizes(settings.hidden as string)!;
  const classes = classCount(settings);
  const size = settings.styleSize as number;
  const [k1, k2, k3, k4, k5, k6] = splitKey(key, 6) as [
    np.Array,
    np.Array,
    np.Array,
    np.Array,
    np.Array,
    np.Array,
  ];
  const top = hidden.at(-1)!;
  return {
    ...layerParams(k1, "classifier", [PIXELS, ...hidden, classes]),
    ...layerParams(k2, "encoder", [PIXELS, ...hidden], classes),
    ...layerParams(k3, "mean", [top, size]),
    ...layerParams(k4, "scale", [top, size]),
    ...layerParams(k5, "decoder", [size, ...hidden.toReversed(), PIXELS], classes),
    ...flowParams(k6, size, settings.priorHidden as number, classes, settings.priorLayers as number),
  };
}

/** Logits of the class, `[batch, classes]`. Keeps the parameters. */
export function classify(params: Params, x: np.Array): np.Array {
  return afterFirst(params, "classifier", layer(params, "classifier", 1, x));
}

/** What the encoder's first layer makes of an image without its class: the same for every class. */
export function seen(params: Params, x: np.Array): np.Array {
  return layer(params, "encoder", 1, x);
}

/** The encoder's hidden units for `seen` images `[batch, units]` and classes `[...rows, batch, classes]`. */
export function encode(params: Params, image: np.Array, y: np.Array): np.Array {
  return nn.relu(afterFirst(params, "encoder", image.add(classTerm(params, "encoder", y))));
}

/** Logits of the pixels `[...rows, 784]` for styles and classes. Keeps the parameters. */
export function decode(params: Params, style: np.Array, y: np.Array): np.Array {
  const first = layer(params, "decoder", 1, style).add(classTerm(params, "decoder", y));
  return afterFirst(params, "decoder", first);
}

/** Grey values in [0, 1]. */
export function pictures(params: Params, style: np.Array, y: np.Array): np.Array {
  return sigmoid(decode(params, style, y));
}
