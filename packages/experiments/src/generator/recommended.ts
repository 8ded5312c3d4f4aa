import type { Settings } from "../experiment.ts";

/** Settings that suit a mode on some data better than the defaults, which are those of supervised MNIST. */
export function recommended(
  _estimator: string,
  data = "drawn",
  asked: Settings = {},
): { settings: Settings; options: Settings } {
  const small: Settings = data === "drawn" ? drawn : {};
  const bits = asked.style === "binary" ? binary : {};
  return { settings: { ...small, ...bits, ...(modes[asked.mode as string] ?? {}) }, options: {} };
}

/** The drawn digits are fewer and simpler: a smaller network and smaller steps are enough, and ready in two minutes. */
const drawn: Settings = {
  hidden: "256-256",
  styleSize: 24,
  priorLayers: 6,
  priorHidden: "64-64",
  batch: 100,
  epochs: 20,
};

const binary: Settings = { styleSize: 64, priorLayers: 16, priorHidden: "256" };

/** By mode. */
const modes: { readonly [mode: string]: Settings } = {};
