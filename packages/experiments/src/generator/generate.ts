import type { numpy as np } from "@jax-js/jax";
import { sigmoid } from "hardgrad";
import type { Settings } from "../experiment.ts";
import type { Params } from "../optimizers.ts";
import { styleOf } from "./flow.ts";
import { decode } from "./network.ts";

/** Pictures `[batch, 784]` of classes `[batch, classes]` in styles that are given as standard normal noise. */
export function draw(
  params: Params,
  noise: np.Array,
  y: np.Array,
  _settings: Settings,
): { image: np.Array; logits: np.Array } {
  const logits = decode(params, styleOf(params, noise, y.ref), y);
  return { image: sigmoid(logits.ref), logits };
}
