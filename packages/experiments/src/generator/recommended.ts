import type { Settings } from "../experiment.ts";

/** Settings that suit a mode on some data better than the defaults, which are those of supervised MNIST. */
export function recommended(
  _estimator: string,
  data = "drawn",
  asked: Settings = {},
): { settings: Settings; options: Settings } {
  const small: Settings = data === "drawn" ? drawn : {};
  return { settings: { ...small, ...(modes[asked.mode as string] ?? {}) }, options: {} };
}

/** The drawn digits are fewer and simpler: a smaller network is enough for them, and ready in two minutes. */
const drawn: Settings = { hidden: "256-256", priorLayers: 6, priorHidden: "64-64" };

/** By mode. */
const modes: { readonly [mode: string]: Settings } = {};
