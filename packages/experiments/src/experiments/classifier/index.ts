import { numpy as np } from "@jax-js/jax";
import {
  bernoulli,
  type Estimator,
  type NamedArrays,
  type Objective,
  oneHotOf,
  statefulExpectation,
} from "hardgrad";
import { exampleSize } from "../../contract/dataset.ts";
import type { Recommended, Schedules, StepExperiment, StepInputs } from "../../contract/experiment.ts";
import { adam } from "../../nn/adam.ts";
import { refuseUnlabelled } from "../../nn/classify.ts";
import { hardPath } from "../../nn/hard-path.ts";
import { crossEntropy, dense, glorotUniform, splitKey } from "../../nn/layers.ts";
import { sgd } from "../../nn/sgd.ts";
import { annealedTemperature, checkAnnealing } from "../../nn/temperature-options.ts";
import { models } from "./models.ts";
import { hiddenLayer, hiddenUnits, preActivations } from "./network.ts";
import { type ClassifierSettings, options, slopeOf } from "./options.ts";
import { evaluate, headline, metrics, pictures } from "./report.ts";
import { runtimeOf } from "./runtime.ts";

/** Names of estimators whose hidden gradient is noisy: a smaller step of the hidden layer suits them. */
const scoreFamily = [
  "reinforce",
  "reinforce-moving-average",
  "reinforce-leave-one-out",
  "reinforce-minimum-variance",
];

function recommended(estimator: string): Recommended<ClassifierSettings> {
  const rate = estimator === "reinforce" ? 0.2 : scoreFamily.includes(estimator) ? 0.5 : undefined;
  return { settings: rate === undefined ? {} : { hiddenRate: rate }, options: {} };
}

/**
 * The classifier of Wizaron and r2rt: 784 - 100 binary units - 10 classes, cross-entropy.
 * The hidden layer learns only through the estimator, the output layer by ordinary backpropagation.
 */
export const classifier: StepExperiment<typeof options> = {
  name: "classifier",
  title: "Digit classifier with a binary hidden layer",
  about:
    "A network with 0/1 hidden units learns to read digits. The estimators differ only in the gradient they give to the hidden layer.",
  options,
  recommended,
  compared: [
    "straight-through-sigmoid",
    "reinmax",
    "straight-through",
    "gumbel-softmax",
    "disarm",
    "rloo",
    "reinforce-leave-one-out",
    "reinforce",
  ],
  estimated: (settings) => ({ parameters: ["w1", "b1"], rate: settings.hiddenRate }),
  check: (estimator: Estimator, settings: ClassifierSettings, dataset) => {
    refuseUnlabelled("classifier", dataset);
    if (!estimator.supports.includes("bernoulli"))
      throw new RangeError(
        `classifier: ${estimator.id} does not support Bernoulli units; see \`hardgrad list\`.`,
      );
    checkAnnealing("classifier", estimator, settings);
    if (estimator.enumerates && settings.hidden > 10)
      throw new RangeError(
        `classifier: ${estimator.id} enumerates 2^${settings.hidden} states; use --hidden 10 or less, or an unbiased estimator such as rloo.`,
      );
    if (settings.probability === "hard-sigmoid" && !estimator.probabilities?.includes("hard-sigmoid"))
      throw new RangeError(
        `classifier: --probability hard-sigmoid needs a straight-through estimator or exact, not ${estimator.id}; leave it out.`,
      );
    if (settings.mode === "deterministic" && !hardPath(estimator))
      throw new RangeError(
        `classifier: --mode deterministic has nothing to sample, but ${estimator.id} ${
          estimator.path && estimator.forward === "soft" ? "is soft" : "learns from samples"
        }; use straight-through, reinmax or zgr.`,
      );
  },
  init: (key, settings, { shape, classes }) => {
    const [first, second] = splitKey(key, 2) as [np.Array, np.Array];
    const hidden = settings.hidden;
    return {
      w1: glorotUniform(first, exampleSize(shape), hidden),
      b1: np.zeros([hidden]),
      w2: glorotUniform(second, hidden, classes.length),
      b2: np.zeros([classes.length]),
    };
  },
  estimatorState: (estimator, settings) => {
    const shape = np.zeros([1, settings.hidden]);
    const state = estimator.init(bernoulli(shape));
    shape.dispose();
    return state;
  },
  losses: (params, inputs, estimator, state, settings) => {
    const labels = oneHotOf(inputs.labels.astype(np.int32), params.b2!.shape[0]!);
    // By reference, because some estimators evaluate f more than once.
    const f: Objective = (h) => crossEntropy(dense(h, params.w2!.ref, params.b2!.ref), labels.ref);
    const a = preActivations(params, inputs.images, inputs.slope!);
    if (settings.unit !== "binary") {
      inputs.key.dispose();
      return { losses: f(settings.unit === "tanh" ? np.tanh(a) : a), state };
    }
    const q = hiddenUnits(a, settings);
    if (settings.mode === "stochastic") return statefulExpectation(q, f, estimator, inputs.key, state);
    inputs.key.dispose();
    return { losses: f(estimator.path!(q, np.full(q.logits.shape, 0.5))), state };
  },
  optimizer: (settings) => (settings.optimizer === "adam" ? adam() : sgd({ momentum: settings.momentum })),
  schedules: (moment, settings): Schedules => ({
    learningRate: settings.learningRate * settings.decay ** moment.epoch,
    slope: slopeOf(settings).at(moment.epoch),
    ...annealedTemperature(moment, settings),
  }),
  evaluations: {
    sample: (params, inputs, settings) => ({
      classes: classes(params, inputs as StepInputs, "sample", settings),
    }),
    threshold: (params, inputs, settings) => ({
      classes: classes(params, inputs as StepInputs, "threshold", settings),
    }),
  },
  evaluate,
  headline,
  metrics,
  pictures,
  card: (settings, { shape, classes }) => ({
    description: `A ${exampleSize(shape)} - ${settings.hidden} - ${classes.length} network whose hidden layer is 0 or 1. One sample of the hidden layer per image${settings.mode === "deterministic" ? " is not drawn: units are thresholded" : ""}.`,
    use: `\`checkpoint.safetensors\` holds \`params.w1 [${exampleSize(shape)}, hidden]\`, \`params.b1\`, \`params.w2 [hidden, ${classes.length}]\`, \`params.b2\`: pixels are \`(grey/255 - 0.1307) / 0.3081\`, \`h = 1[u < sigmoid(slope (x w1 + b1))]\`, scores are \`h w2 + b2\`. The other tensors are the optimizer's state, for resuming.`,
    task: "image-classification",
    tags: ["binary-neurons"],
  }),
  models,
  runtime: runtimeOf,
};

/** Classes `[batch]` that a hard network predicts: by one sample, or thresholded at probability 1/2. */
function classes(
  params: NamedArrays,
  inputs: StepInputs,
  way: "sample" | "threshold",
  settings: ClassifierSettings,
): np.Array {
  const a = preActivations(params, inputs.images, inputs.slope!);
  inputs.labels.dispose();
  const drawn = way === "sample" && settings.unit === "binary";
  if (!drawn) inputs.key.dispose();
  const h = hiddenLayer(a, settings, drawn ? inputs.key : undefined);
  return np.argmax(dense(h, params.w2!, params.b2!), -1);
}
