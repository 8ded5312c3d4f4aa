import { numpy as np, tree } from "@jax-js/jax";
import { linearSchedule } from "hardgrad";
import { exampleSize } from "../../contract/dataset.ts";
import type { StepExperiment, StepInputs } from "../../contract/experiment.ts";
import { refuseUnlabelled } from "../../nn/classify.ts";
import { maxNorm } from "../../nn/max-norm.ts";
import { greyValues } from "../../nn/normalize.ts";
import { sgd } from "../../nn/sgd.ts";
import { averaged, inUse, withAverages } from "./averages.ts";
import { kindOf, misfit, unroutable } from "./gate-kinds.ts";
import { initialState, losses } from "./losses.ts";
import { models, readImages } from "./models.ts";
import { gateLogits, gaterNames, initialParams } from "./network.ts";
import { options } from "./options.ts";
import { estimatorFor, recommended } from "./recommended.ts";
import { calibrate, evaluate, headline, metrics, partsOf, pictures } from "./report.ts";
import { routerOf, unfitRouter } from "./routers.ts";
import { runtimeOf } from "./runtime.ts";
import { sizesOf } from "./sizes.ts";

/** Most gates whose largest are found by comparing all pairs. */
const MOST_TOP = 256;

/**
 * Conditional computation: a small gater decides for each image which experts run (Bengio, Léonard & Courville 2013),
 * and a network built to be fast, whose gates open blocks of units.
 */
export const gated: StepExperiment<typeof options> = {
  name: "gated",
  title: "Network whose gates decide which units run",
  about:
    "A gater opens a tenth of a layer's units for each image; the rest need not be computed. The estimators differ in the gradient they give to the gater.",
  options,
  recommended,
  estimator: estimatorFor,
  compared: [
    "straight-through",
    "straight-through-sigmoid",
    "stochastic-times-smooth",
    "noisy-rectifier",
    "reinforce-minimum-variance",
  ],
  estimated: (settings) => ({
    parameters: sizesOf(settings).gated && settings.router === "none" ? gaterNames : [],
    rate: settings.gaterRate,
  }),
  check: (estimator, settings, dataset) => {
    refuseUnlabelled("gated", dataset);
    const { gated, gates, block } = sizesOf(settings);
    const { gate, router } = settings;
    const routed = settings.room < 1;
    if (!gated && router === "none") return;
    const reason =
      router === "none"
        ? (misfit(gate, estimator) ?? (routed ? unroutable(gate, estimator) : undefined))
        : unfitRouter(settings, estimator.id);
    if (reason) throw new RangeError(`gated: ${reason}`);
    if (routed && block === 1)
      throw new RangeError(
        "gated: --room below 1 is for gates of blocks; use --network fast, or --block 8 or more.",
      );
    if (gate === "top" && gates > MOST_TOP)
      throw new RangeError(
        `gated: --gate top compares all pairs of gates, and there are ${gates}; use --network fast, or --block so that there are ${MOST_TOP} or fewer.`,
      );
    if (estimator.enumerates && gates > 10)
      throw new RangeError(
        `gated: ${estimator.id} enumerates 2^${gates} states; use larger blocks (10 gates or fewer), or an unbiased estimator such as rloo.`,
      );
    if (settings.strengthLow > settings.strengthHigh)
      throw new RangeError(
        `gated: --strength-low ${settings.strengthLow} is above --strength-high ${settings.strengthHigh}; swap them.`,
      );
  },
  advice: ({ router }) =>
    router === "none"
      ? []
      : [`--router ${router} trains the gater through its own gates: nothing is estimated.`],
  split: (dataset, settings) => partsOf(dataset, settings).trained,
  init: (key, settings, facts) => withAverages(initialParams(key, settings, facts), settings),
  estimatorState: initialState,
  losses,
  optimizer: (settings) => {
    const descent = sgd({ momentum: settings.momentum });
    const limit = settings.maxNorm;
    return limit > 0 ? maxNorm(descent, limit) : descent;
  },
  follow: (params, _seen, settings) => averaged(params, settings),
  schedules: ({ step, totalSteps }, settings) => ({
    learningRate:
      settings.cooling === "linear"
        ? linearSchedule({ from: settings.learningRate, to: 0, steps: totalSteps }).at(step)
        : settings.learningRate,
  }),
  evaluations: {
    logits: (params, inputs) => {
      const logits = gateLogits(inUse(params), pixels(inputs as StepInputs));
      tree.dispose(params);
      return { logits };
    },
    classes: (params, inputs, settings) => {
      const { scores, gates } = readImages(params, pixels(inputs as StepInputs), settings);
      gates?.dispose();
      tree.dispose(params);
      return { classes: np.argmax(scores, -1) };
    },
    gates: (params, inputs, settings) => {
      const x = pixels(inputs as StepInputs);
      const logits = gateLogits(inUse(params), x.ref);
      const { scores, gates } = readImages(params, x, settings);
      const open = routerOf(settings) ? np.notEqual(gates!.ref, 0).astype(np.float32) : undefined;
      const probability = np.mean(open ?? kindOf(settings.gate).open(logits.ref), -1);
      logits.dispose();
      tree.dispose(params);
      return { classes: np.argmax(scores, -1), gates: gates!, probability };
    },
  },
  calibrate,
  evaluate,
  headline,
  metrics,
  pictures,
  card: (settings, { shape, classes }) => {
    const inputs = exampleSize(shape);
    const { gater, units, block, gates, experts, gated } = sizesOf(settings);
    const names = settings.averaging > 0 ? " (the averages that are used: `params.average.NAME`)" : "";
    const e = experts === "rectifier" ? "relu(x experts + expertBias)" : "x experts + expertBias";
    return {
      description: gated
        ? `A ${inputs} - ${units} - ${classes.length} network of which a gater (${inputs} - ${gater} - ${gates}) opens ${100 * settings.rate} % for each image, ${block === 1 ? "a gate for each unit" : `in blocks of ${block} units`}.`
        : `A ${inputs} - ${units} - ${classes.length} network without gates, to measure the gated ones against.`,
      use: gated
        ? `\`checkpoint.safetensors\` holds \`params.NAME\` by the names used here${names}: pixels x are \`grey/255\`, logits \`a = tanh(x gater1 + gaterBias1) gater2 + gaterBias2\`, ${routerOf(settings)?.says(settings) ?? "a gate is open where `a > threshold`"}, experts are \`e = ${e}\`, scores \`(gates * e) output + outputBias\`. The other tensors are for resuming.`
        : `\`checkpoint.safetensors\` holds \`params.NAME\` by the names used here${names}: pixels x are \`grey/255\`, \`e = ${e}\`, scores \`e output + outputBias\`.`,
      task: "image-classification",
      tags: ["conditional-computation", "gates"],
    };
  },
  models,
  runtime: runtimeOf,
  charts: ["gates"],
};

/** The pixels of a call's images; its other inputs are of no use here. */
function pixels({ images, labels, key }: StepInputs): np.Array {
  labels.dispose();
  key.dispose();
  return greyValues(images);
}
