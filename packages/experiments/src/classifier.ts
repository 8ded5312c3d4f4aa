import { numpy as np, random } from "@jax-js/jax";
import {
  bernoulli,
  type Distribution,
  type Estimator,
  type Objective,
  type OptionsTable,
  type Probability,
  sample,
  statefulExpectation,
} from "hardgrad";
import type { Experiment, Settings, StepInputs } from "./experiment.ts";
import { crossEntropy, dense, glorotUniform } from "./layers.ts";
import type { Params } from "./optimizers.ts";

const options: OptionsTable = {
  epochs: {
    type: "number",
    default: 10,
    min: 1,
    max: 10_000,
    integer: true,
    help: "passes over the training set",
  },
  batch: { type: "number", default: 100, min: 2, max: 10_000, integer: true, help: "examples per step" },
  hidden: { type: "number", default: 100, min: 1, max: 10_000, integer: true, help: "binary hidden units" },
  learningRate: { type: "number", default: 0.1, min: 1e-6, max: 10, help: "step size of the output layer" },
  hiddenRate: {
    type: "number",
    default: 1,
    min: 0,
    max: 100,
    help: "factor on the step size of the hidden layer, whose gradient is estimated",
  },
  momentum: { type: "number", default: 0.9, min: 0, max: 0.999, help: "momentum of gradient descent" },
  optimizer: { type: "choice", default: "sgd", choices: ["sgd", "adam"], help: "how gradients become steps" },
  decay: {
    type: "number",
    default: 1,
    min: 0.01,
    max: 1,
    help: "factor on the learning rate after each epoch",
  },
  mode: {
    type: "choice",
    default: "stochastic",
    choices: ["stochastic", "deterministic"],
    help: "sample the hidden units, or threshold them at probability 1/2 (path estimators only)",
  },
  unit: {
    type: "choice",
    default: "binary",
    choices: ["binary", "tanh", "linear"],
    help: "binary; or, without any estimator, tanh (the ordinary network) or linear (a linear classifier)",
  },
  probability: {
    type: "choice",
    default: "sigmoid",
    choices: ["sigmoid", "hard-sigmoid"],
    help: "P(h = 1) from the pre-activation; hard-sigmoid for straight-through estimators only",
  },
  slopeGrowth: {
    type: "number",
    default: 1,
    min: 1,
    max: 2,
    help: "slope annealing: factor on the slope after each epoch (1 is off, Wizaron 1.005, r2rt 1.1)",
  },
  temperatureRate: {
    type: "number",
    default: 0,
    min: 0,
    max: 1,
    help: "temperature annealing: max(floor, temperature exp(-rate step)); 0 is off",
  },
  temperatureFloor: {
    type: "number",
    default: 0.5,
    min: 0.01,
    max: 100,
    help: "lowest annealed temperature",
  },
};

/** Names of estimators whose hidden gradient is noisy: a smaller step of the hidden layer suits them. */
const scoreFamily = [
  "reinforce",
  "reinforce-moving-average",
  "reinforce-leave-one-out",
  "reinforce-minimum-variance",
];

function recommended(estimator: string): Settings {
  if (estimator === "reinforce") return { hiddenRate: 0.2 };
  if (scoreFamily.includes(estimator)) return { hiddenRate: 0.5 };
  return {};
}

function logits(params: Params, inputs: { images: np.Array; slope: np.Array }): np.Array {
  return dense(inputs.images, params.w1!, params.b1!).mul(inputs.slope);
}

function hiddenUnits(a: np.Array, settings: Settings): Distribution {
  return bernoulli(a, { probability: settings.probability as Probability });
}

/**
 * The classifier of Wizaron and r2rt: 784 - 100 binary units - 10 classes, cross-entropy.
 * The hidden layer learns only through the estimator, the output layer by ordinary backpropagation.
 */
export const classifier: Experiment = {
  name: "classifier",
  title: "Digit classifier with a binary hidden layer",
  options,
  recommended,
  estimated: ["w1", "b1"],
  estimatedRate: (settings) => settings.hiddenRate as number,
  check: (estimator: Estimator, settings: Settings) => {
    if (!estimator.supports.includes("bernoulli"))
      throw new RangeError(
        `classifier: ${estimator.id} does not support Bernoulli units; see \`hardgrad list\`.`,
      );
    const sumsStates = ["exact", "unordered-set", "rao-blackwell"].includes(estimator.id);
    if (sumsStates && (settings.hidden as number) > 10)
      throw new RangeError(
        `classifier: ${estimator.id} enumerates 2^${settings.hidden} states; use --hidden 10 or less, or an unbiased estimator such as rloo.`,
      );
    if (settings.probability === "hard-sigmoid" && estimator.family !== "straight-through")
      throw new RangeError(
        `classifier: --probability hard-sigmoid needs a straight-through estimator, not ${estimator.id}; leave it out.`,
      );
    if (settings.mode === "deterministic" && (!estimator.path || estimator.forward === "soft"))
      throw new RangeError(
        `classifier: --mode deterministic has nothing to sample, but ${estimator.id} ${
          estimator.path ? "is soft" : "learns from samples"
        }; use straight-through, reinmax or zgr.`,
      );
  },
  init: (key, settings) => {
    const [first, second] = np.split(random.split(key, 2), 2, 0).map((k) => k.reshape([2])) as [
      np.Array,
      np.Array,
    ];
    const hidden = settings.hidden as number;
    return {
      w1: glorotUniform(first, 784, hidden),
      b1: np.zeros([hidden]),
      w2: glorotUniform(second, hidden, 10),
      b2: np.zeros([10]),
    };
  },
  estimatorState: (estimator, settings) => {
    const shape = np.zeros([1, settings.hidden as number]);
    const state = estimator.init(bernoulli(shape));
    shape.dispose();
    return state;
  },
  losses: (params, inputs: StepInputs, estimator, state, settings) => {
    // By reference, because some estimators evaluate f more than once.
    const f: Objective = (h) => crossEntropy(dense(h, params.w2!.ref, params.b2!.ref), inputs.labels.ref);
    const a = logits(params, inputs);
    if (settings.unit !== "binary") {
      inputs.key.dispose();
      return { losses: f(settings.unit === "tanh" ? np.tanh(a) : a), state };
    }
    const q = hiddenUnits(a, settings);
    if (settings.mode === "stochastic") return statefulExpectation(q, f, estimator, inputs.key, state);
    inputs.key.dispose();
    return { losses: f(estimator.path!(q, np.full(q.logits.shape, 0.5))), state };
  },
  scores: (params, inputs, hidden, settings) => {
    const a = logits(params, inputs);
    let h: np.Array;
    if (hidden === "sample" && settings.unit === "binary") h = sample(hiddenUnits(a, settings), inputs.key);
    else {
      inputs.key.dispose();
      if (settings.unit === "binary") h = np.greater(a, 0).astype(np.float32);
      else h = settings.unit === "tanh" ? np.tanh(a) : a;
    }
    return dense(h, params.w2!, params.b2!);
  },
};
