import type { numpy as np } from "@jax-js/jax";
import { type NamedArrays, sigmoid } from "hardgrad";
import { decode } from "./network.ts";
import type { GeneratorSettings } from "./options.ts";
import { styleFrom } from "./style.ts";

/**
 * Pictures `[rows, size]` of classes `[rows, classes]` in styles that are given as standard normal noise. The decoder's
 * answer is a mean over all that the style leaves open, which is greyer than an image: `sharpness` times its logits.
 */
export function draw(
  params: NamedArrays,
  noise: np.Array,
  y: np.Array,
  settings: GeneratorSettings,
): { image: np.Array; logits: np.Array } {
  const mean = decode(params, styleFrom(params, noise, y.ref, settings), y, settings);
  const logits = settings.sharpness === 1 ? mean : mean.mul(settings.sharpness);
  return { image: sigmoid(logits.ref), logits };
}
