import { numpy as np, random } from "@jax-js/jax";
import {
  categorical,
  detach,
  type Estimator,
  type NamedArrays,
  type Objective,
  oneHotOf,
  statefulExpectation,
  straightThrough,
} from "hardgrad";
import type { StepInputs } from "../../contract/experiment.ts";
import { crossEntropy, splitKey } from "../../nn/layers.ts";
import { greyValues } from "../../nn/normalize.ts";
import { draw } from "./draw.ts";
import { contrast, fromUniform, inconsistency, missingInformation } from "./information.ts";
import { classesIn, classify, classifyAndView, seen } from "./network.ts";
import type { GeneratorSettings } from "./options.ts";
import { styleLosses } from "./style.ts";

/** Labels as one-hot classes. */
export function oneHotLabels(labels: np.Array, params: NamedArrays): np.Array {
  return oneHotOf(labels.astype(np.int32), classesIn(params));
}

/** One loss per example. Consumes everything. */
export function losses(
  params: NamedArrays,
  inputs: StepInputs,
  estimator: Estimator,
  state: NamedArrays,
  settings: GeneratorSettings,
): { losses: np.Array; state: NamedArrays } {
  return settings.mode === "supervised"
    ? withLabels(params, inputs, estimator, state, settings)
    : withoutLabels(params, inputs, estimator, state, settings);
}

/** `-log p(x | y)`'s bound for the digit y that is given; the classifier learns by itself. */
function withLabels(
  params: NamedArrays,
  inputs: StepInputs,
  estimator: Estimator,
  state: NamedArrays,
  settings: GeneratorSettings,
): { losses: np.Array; state: NamedArrays } {
  const x = greyValues(inputs.images);
  const y = oneHotLabels(inputs.labels, params);
  const [forStyle, forAsked] = splitKey(inputs.key, 2) as [np.Array, np.Array];
  const given = { x: x.ref, image: seen(params, x.ref), y: y.ref, key: forStyle, beta: inputs.beta! };
  const drawn = styleLosses(params, given, settings, estimator, state);
  const asked = misread(params, forAsked, inputs.asking!, settings);
  const named = crossEntropy(classify(params, x), y);
  return { losses: drawn.losses.add(named).add(asked), state: drawn.state };
}

/** The digit is a hard sample of the classifier's, which learns through the estimator. */
function withoutLabels(
  params: NamedArrays,
  inputs: StepInputs,
  estimator: Estimator,
  state: NamedArrays,
  settings: GeneratorSettings,
): { losses: np.Array; state: NamedArrays } {
  inputs.labels.dispose();
  const x = greyValues(inputs.images);
  const [forDigit, forStyle, forAsked] = splitKey(inputs.key, 3) as [np.Array, np.Array, np.Array];
  const image = seen(params, x.ref);
  const { logits, view } = classifyAndView(params, x.ref);
  const bits = bitsEstimator(estimator);
  // By reference, because some estimators evaluate f more than once.
  const f: Objective = (y) =>
    styleLosses(
      params,
      { x: x.ref, image: image.ref, y, key: forStyle.ref, beta: inputs.beta!.ref },
      settings,
      bits,
      {},
    ).losses;
  const result = statefulExpectation(categorical(logits.ref), f, estimator, forDigit, state);
  const copy = classifyAndView(params, greyValues(inputs.deformed!));
  const told = contrast(view, copy.view).mul(settings.contrast);
  const stable = inconsistency(logits.ref, copy.logits).mul(settings.consistency);
  const missing = missingInformation(logits.ref).mul(settings.information);
  const asked = misread(params, forAsked, inputs.asking!, settings);
  let whole = asked.add(told).add(stable).add(missing);
  if (settings.mode === "semi-supervised") {
    const scores = classify(params, greyValues(inputs["labelled.images"]!));
    const wrong = np.mean(crossEntropy(scores, oneHotLabels(inputs["labelled.labels"]!, params)));
    whole = whole.add(wrong.mul(settings.labelWeight));
  }
  return { losses: result.losses.add(fromUniform(logits)).add(whole), state: result.state };
}

/**
 * How far the network's own classifier is from reading the digits that were asked for, in pictures drawn anew: the mean
 * cross-entropy times a weight. Generator and prior learn from it, the classifier does not.
 */
function misread(
  params: NamedArrays,
  key: np.Array,
  weight: np.Array,
  settings: GeneratorSettings,
): np.Array {
  const count = settings.asked;
  if (count === 0) {
    key.dispose();
    weight.dispose();
    return np.array(0);
  }
  const classes = classesIn(params);
  const digits = Int32Array.from({ length: count }, (_, n) => n % classes);
  const y = oneHotOf(np.array(digits), classes);
  const noise = random.normal(key, [count, settings.styleSize]);
  const { image, logits } = draw(params, noise, y.ref, settings);
  logits.dispose();
  const reader = Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => name.startsWith("classifier."))
      .map(([name, x]) => [name, detach(x.ref)]),
  );
  return np.mean(crossEntropy(classify(reader, image), y)).mul(weight);
}

/**
 * What a binary style learns through where the digit is a sample too: the digit's estimator, if it works by the chain
 * rule; the others ask the objective of the digit for numbers that must not be samples of their own.
 */
export function bitsEstimator(estimator: Estimator): Estimator {
  return estimator.path && estimator.supports.includes("bernoulli") ? estimator : straightThrough();
}
