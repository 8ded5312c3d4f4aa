import type { Settings } from "../experiment.ts";

const scores = [
  "reinforce",
  "reinforce-moving-average",
  "reinforce-leave-one-out",
  "reinforce-minimum-variance",
];

/** What suits an estimator better than the defaults, which are those of straight-through. */
export function recommended(estimator: string): { settings: Settings; options: Settings } {
  // The paper: 100 times smaller for the gater of stochastic binary neurons.
  if (scores.includes(estimator)) return { settings: { gaterRate: 0.01 }, options: {} };
  if (estimator === "stochastic-times-smooth") return { settings: { gate: "smooth" }, options: {} };
  if (estimator === "noisy-rectifier")
    return { settings: { gate: "rectifier", penalty: "l1" }, options: { noise: "gaussian" } };
  if (estimator === "additive-noise")
    return { settings: { gate: "sigmoid", penalty: "none", units: 200 }, options: {} };
  if (estimator === "hard-concrete") return { settings: { gate: "hard-concrete" }, options: {} };
  if (
    ["gumbel-top-k", "neuralsort-top-k", "softsort-top-k", "soft-threshold-top-k", "relaxed-subset"].includes(
      estimator,
    )
  )
    return { settings: { gate: "top", penalty: "none", network: "fast" }, options: {} };
  return { settings: {}, options: {} };
}
