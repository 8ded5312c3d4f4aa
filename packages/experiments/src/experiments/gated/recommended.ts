import { findEstimator } from "hardgrad";
import type { Recommended } from "../../contract/experiment.ts";
import type { GatedSettings } from "./options.ts";
import { STAND_IN } from "./routers.ts";

const scores = [
  "reinforce",
  "reinforce-moving-average",
  "reinforce-leave-one-out",
  "reinforce-minimum-variance",
];

/** A penalty on the sum of the gates, whose strength must follow their rate. */
const sum: Partial<GatedSettings> = {
  penalty: "l1",
  strength: 0.001,
  strengthLow: 1e-6,
  strengthHigh: 0.1,
  control: 1.005,
};

/**
 * Gradients that are smaller than straight-through's by a factor such as p (1 - p), a tenth at the rate of a tenth: a
 * larger step, and by so much weaker a penalty, whose gradient is not smaller.
 */
const smaller: Partial<GatedSettings> = {
  gaterRate: 20,
  strength: 0.001,
  strengthLow: 0.0003,
  strengthHigh: 0.003,
};

/** Networks that are not bound to the paper's protocol. */
const own = {
  fast: { batch: 64, epochs: 10, learningRate: 0.5 },
  dense: { batch: 64, epochs: 10, learningRate: 0.8 },
} as const;

/** A mixture of 16 experts of 32 units, of which 2 are open. */
const mixture: Partial<GatedSettings> = {
  ...own.fast,
  network: "fast",
  units: 512,
  block: 32,
  balance: 0.1,
  rate: 0.125,
};

/** For `--router relu`: larger steps close gates for good, and a faster control swings past the rate. */
const rectifier: Partial<GatedSettings> = {
  strength: 0.001,
  strengthLow: 1e-6,
  strengthHigh: 1,
  control: 1.005,
  learningRate: 0.2,
};

/** Blocks learn best with gates that also say how much of a block is wanted. */
export function estimatorFor({ network, router }: GatedSettings): string {
  if (router !== "none") return STAND_IN;
  return network === "fast" ? "noisy-rectifier" : "straight-through";
}

/** What suits an estimator and a network better than the defaults, which are those of straight-through in the paper's. */
export function recommended(
  estimator: string,
  _data?: string,
  { network, router = "none" }: Partial<GatedSettings> = {},
): Recommended<GatedSettings> {
  if (router !== "none")
    return { settings: { ...mixture, ...(router === "relu" && rectifier) }, options: {} };
  const suited = ofEstimator(estimator);
  if (network !== "fast" && network !== "dense") return suited;
  return { ...suited, settings: { ...suited.settings, ...own[network] } };
}

function ofEstimator(estimator: string): Recommended<GatedSettings> {
  // One sample: noise allows no larger step. The paper has a step 100 times smaller than that of the experts.
  if (scores.includes(estimator)) return { settings: { gaterRate: 0.3 }, options: {} };
  // More samples of the gates cost little: the experts are computed once.
  if (estimator === "rloo") return { settings: { ...smaller, gaterRate: 10 }, options: { samples: 16 } };
  if (estimator === "straight-through-sigmoid") return { settings: smaller, options: {} };
  if (estimator === "stochastic-times-smooth")
    return { settings: { gate: "smooth", ...smaller }, options: {} };
  if (estimator === "noisy-rectifier")
    return {
      settings: { gate: "rectifier", gaterRate: 1, ...sum },
      // The paper has a deviation of 1, with which most gates died here.
      options: { noise: "gaussian", scale: 0.5 },
    };
  if (estimator === "additive-noise")
    return { settings: { gate: "sigmoid", gaterRate: 1, penalty: "none", units: 200 }, options: {} };
  if (estimator === "hard-concrete")
    return { settings: { gate: "hard-concrete", gaterRate: 1 }, options: {} };
  const kinds = findEstimator(estimator)?.create().supports;
  if (kinds?.every((kind) => kind === "plackett-luce"))
    return { settings: { gate: "top", gaterRate: 1, penalty: "none", network: "fast" }, options: {} };
  return { settings: {}, options: {} };
}
