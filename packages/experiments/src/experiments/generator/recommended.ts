import type { Recommended } from "../../contract/experiment.ts";
import type { GeneratorSettings } from "./options.ts";

/** GeneratorSettings that suit a mode on some data better than the defaults, which are those of supervised MNIST. */
export function recommended(
  _estimator: string,
  data = "drawn",
  asked: Partial<GeneratorSettings> = {},
): Recommended<GeneratorSettings> {
  const small = data === "drawn" ? drawn : forMode[asked.mode ?? "semi-supervised"];
  const bits = asked.style === "binary" ? binary : {};
  const sharp = data in sharpness ? { sharpness: sharpness[data]! } : {};
  return { settings: { ...small, ...bits, ...sharp }, options: {} };
}

/** The drawn digits are fewer and simpler: a smaller network and smaller steps are enough, and ready in two minutes. */
const drawn: Partial<GeneratorSettings> = {
  hidden: "256-256",
  styleSize: 24,
  priorLayers: 6,
  priorHidden: "64-64",
  batch: 100,
  epochs: 20,
  beta: 0.1,
  askingWeight: 2,
};

const binary: Partial<GeneratorSettings> = { styleSize: 64, priorLayers: 16, priorHidden: "256" };

/** Drawn pictures are then as grey as the training images: the mean of x (1 - x) over pixels is the same. */
const sharpness: { readonly [data: string]: number } = { mnist: 1.4, "fashion-mnist": 1.3 };

/** Where labels are missing, an epoch costs and teaches more: each image is seen deformed as well. */
const forMode: { readonly [mode in GeneratorSettings["mode"]]: Partial<GeneratorSettings> } = {
  supervised: {},
  "semi-supervised": { epochs: 10, beta: 0.05 },
  unsupervised: { epochs: 6 },
};
