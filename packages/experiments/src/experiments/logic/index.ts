import { numpy as np, tree } from "@jax-js/jax";
import { logicNetwork, type NamedArrays, oneHotOf } from "hardgrad";
import { type Dataset, exampleSize } from "../../contract/dataset.ts";
import type { StepExperiment, StepInputs } from "../../contract/experiment.ts";
import { imageInput } from "../../contract/models.ts";
import { classOutputs, fromScores, refuseUnlabelled } from "../../nn/classify.ts";
import { crossEntropy } from "../../nn/layers.ts";
import { circuitOf } from "./circuit.ts";
import { growingAdam } from "./grow.ts";
import {
  choiceState,
  chosen,
  estimatedChoices,
  finalChoices,
  gatesPerLayer,
  growthParts,
  initialParams,
  logicLayers,
  pixelBits,
  scoresOf,
  scoresOfOutputs,
  thresholdsOf,
  wiresInto,
} from "./network.ts";
import { type LogicSettings, options } from "./options.ts";
import { evaluate, gatesLeft, headline, metrics, pictures } from "./report.ts";
import { settledChoices } from "./settling.ts";
import { shiftAll } from "./shift.ts";
import { trainingPart } from "./split.ts";

/** Networks of logic gates (Petersen et al. 2022, arXiv 2210.08277), wires learned too (Mommen et al. 2025, arXiv 2507.06173). */
export const logic: StepExperiment<typeof options> = {
  name: "logic",
  title: "Circuit of logic gates",
  about:
    "Every neuron chooses one of the 16 functions of two bits, and which wires it reads; what remains is a circuit. The estimators differ in the gradient they give to these choices.",
  options,
  recommended: () => ({ settings: {}, options: {} }),
  estimator: () => "straight-through-argmax",
  compared: [
    "straight-through-argmax",
    "straight-through-adaptive",
    "straight-through-sigmoid",
    "reinmax",
    "straight-through-gumbel-softmax",
    "gumbel-softmax",
  ],
  estimated: (settings) => ({ parameters: chosen(settings) }),
  check: (estimator, settings, dataset) => {
    refuseUnlabelled("logic", dataset);
    const hasPath = estimator.path !== undefined || estimator.statefulPath !== undefined;
    if (!hasPath || !estimator.supports.includes("categorical"))
      throw new RangeError(
        `logic: choices are made once for all examples, so ${estimator.id} can't train them: it ${hasPath ? "has no categorical variables" : "needs a loss for each"}; use straight-through-argmax, straight-through-sigmoid, reinmax or gumbel-softmax.`,
      );
    const { gates, layers, candidates } = settings;
    const classes = dataset.classes.length;
    if (gates / layers < classes)
      throw new RangeError(
        `logic: --gates ${gates} in ${layers} layers leave the last one ${Math.floor(gates / layers)} for ${classes} classes; use --gates ${classes * layers} or more.`,
      );
    if (gates % (layers * classes) !== 0)
      throw new RangeError(
        `logic: --gates ${gates} can't be shared equally among ${layers} layers and ${classes} classes; use a multiple of ${layers * classes}.`,
      );
    const wires = Math.min(...Array.from({ length: layers }, (_, i) => wiresInto(i, settings, dataset)));
    const reads = settings.wiring === "learned" ? 2 * candidates : 2;
    if (wires < reads)
      throw new RangeError(
        `logic: a gate chooses among ${reads} wires, but a layer has only ${wires} to read; use --candidates ${Math.max(2, Math.floor(wires / 2))} or less.`,
      );
    checkBits(settings, dataset);
    if (settings.shifts > 0 && "length" in dataset.shape)
      throw new RangeError(
        `logic: --shifts ${settings.shifts} moves images, but ${dataset.name} has vectors; use --shifts 0.`,
      );
  },
  init: initialParams,
  estimatorState: choiceState,
  split: trainingPart,
  inputs: ({ shape }, { shifts, batch }, seed) => {
    if (shifts === 0 || "length" in shape) return () => ({});
    const moved = new Uint8Array(batch * exampleSize(shape));
    return ({ images }, step) => {
      shiftAll(images.data, moved, shape, shifts, seed, step);
      return { images: { shape: images.shape, data: moved } };
    };
  },
  losses: (params, { images, labels, key, part }, estimator, state, settings) => {
    const wanted = oneHotOf(labels.astype(np.int32), params.tau!.shape[0]!);
    const choices = estimatedChoices(estimator, key, state);
    const losses = logicNetwork(
      pixelBits(images, settings),
      logicLayers(params, choices, settings),
      (y) => crossEntropy(scoresOfOutputs(params, y), wanted),
      part && { values: params.probe!.ref, part },
    );
    tree.dispose(params);
    return { losses, state: choices.done() };
  },
  optimizer: growingAdam,
  schedules: ({ step, totalSteps }, settings) => ({
    learningRate: settings.learningRate * (0.505 + 0.495 * Math.cos((Math.PI * step) / totalSteps)),
    ...(growthParts(settings) > 0 && { part: partAt(step, totalSteps, settings) }),
  }),
  evaluations: {
    classes: (params, inputs, settings, estimator) => {
      const { images, labels, key, part } = inputs as StepInputs;
      tree.dispose([labels, ...(part ? [part] : [])]);
      // What is forward depends on no estimator's state.
      const choices = estimatedChoices(estimator!, key, choiceState(estimator!, settings));
      const scores = scoresOf(params, images, choices, settings);
      tree.dispose([params, choices.done()]);
      return { classes: np.argmax(scores, -1) };
    },
  },
  calibrate: settledChoices,
  evaluate,
  headline,
  metrics,
  size: gatesLeft,
  pictures,
  card: (settings, { shape, classes }) => ({
    description: `${settings.gates} logic gates in ${settings.layers} ${settings.layers === 1 ? "layer" : "layers"} on ${exampleSize(shape) * thresholdsOf(settings).length} bits of an example; a class's score is how many of its ${gatesPerLayer(settings) / classes.length} gates are 1. No weights: each gate computes one of the 16 functions of two bits.`,
    use: `\`npx hardgrad circuit RUN\` makes the circuit, as a file for \`@hardgrad/runtime/circuit\` or as a netlist. \`checkpoint.safetensors\` holds for each layer i \`params.gatesI [gates, 16]\`, logits of the operations, and \`params.readI [2 gates, candidates]\`, the wires that its inputs may read${settings.wiring === "learned" ? ", with their logits `params.wiresI`" : ""}; the largest logit is the choice. Bits are \`pixel > ${thresholdsOf(settings).join(", > ")}\` of bytes. The other tensors are for resuming.`,
    task: "image-classification",
    tags: ["logic-gate-network"],
  }),
  models: (settings, form) => ({
    classifier: {
      doc: "From an image to its class.",
      inputs: { image: imageInput(form.shape) },
      outputs: classOutputs(form),
      fn: (params: NamedArrays, { image }: NamedArrays): NamedArrays =>
        fromScores(scoresOf(params, np.round(image!.mul(255)), finalChoices, settings)),
    },
  }),
  circuit: circuitOf,
  charts: ["circuit"],
};

/** Bits must tell the data's values apart. */
function checkBits({ bits }: LogicSettings, { name, train: { images } }: Dataset): void {
  if (bits > 0) {
    if (images.length > 0 && images.every((value) => value <= 1))
      throw new RangeError(
        `logic: ${name} holds nothing but 0 and 1, which thresholds of bytes do not tell apart; use --bits 0.`,
      );
    return;
  }
  const one = images.find((value) => value > 0) ?? 1;
  const other = images.find((value) => value > 0 && value !== one);
  if (other !== undefined)
    throw new RangeError(
      `logic: --bits 0 is for data of 0 and one other value, but ${name} holds ${one} and ${other}; use --bits 1, 2 or 3.`,
    );
}

/** Whose turn it is to grow at a step; -1 when nobody's is: in the first tenth (at most 200 steps) and the second half. */
function partAt(step: number, totalSteps: number, settings: LogicSettings): number {
  const grows = step >= Math.min(200, totalSteps / 10) && step < totalSteps / 2;
  return grows ? step % growthParts(settings) : -1;
}
