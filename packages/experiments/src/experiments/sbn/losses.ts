import { numpy as np, tree } from "@jax-js/jax";
import { type Estimator, type NamedArrays, type Objective, statefulExpectation } from "hardgrad";
import type { StepInputs } from "../../contract/experiment.ts";
import { bernoulliLoss, splitKey } from "../../nn/layers.ts";
import { drawnLowerHalf, flat, lowerHalf, unitsAbove } from "./network.ts";
import type { SbnSettings } from "./options.ts";

/** The halves of images thresholded at 1/2, `[batch, size / 2]` each. */
export function halves({ images, labels }: Pick<StepInputs, "images" | "labels">): {
  upper: np.Array;
  lower: np.Array;
} {
  labels.dispose();
  const x = np.greater(images, 127.5).astype(np.float32);
  const [upper, lower] = np.split(x, 2, 1) as [np.Array, np.Array];
  return { upper, lower };
}

/** The states of both layers in one: `first.NAME`, `second.NAME`. */
const layers = ["first", "second"] as const;

export function startStates(estimator: Estimator, settings: SbnSettings): NamedArrays {
  const width =
    settings.latents === "categorical" ? settings.variables * settings.categories : settings.variables;
  const one = { w1: np.zeros([1, width]), b1: np.zeros([width]) };
  const slope = np.array(1);
  const q = unitsAbove(one, 1, np.zeros([1, 1]), slope, settings);
  const states = layers.map((layer) => prefixed(layer, estimator.init(q)));
  tree.dispose([one, slope, q.logits]);
  return Object.assign({}, ...states);
}

const prefixed = (layer: string, state: NamedArrays): NamedArrays =>
  Object.fromEntries(Object.entries(state).map(([name, array]) => [`${layer}.${name}`, array]));

const stateOf = (state: NamedArrays, layer: string): NamedArrays =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(`${layer}.`))
      .map(([name, array]) => [name.slice(layer.length + 1), array]),
  );

/**
 * `-log p(lower half | samples of both layers)` per example. The objective of the first layer is an expectation over the
 * second: each layer's gradient is the estimator's. Consumes everything.
 */
export function losses(
  params: NamedArrays,
  { slope, key, ...images }: StepInputs,
  estimator: Estimator,
  state: NamedArrays,
  settings: SbnSettings,
): { losses: np.Array; state: NamedArrays } {
  const { upper, lower } = halves(images as StepInputs);
  const [first, second] = splitKey(key, 2) as [np.Array, np.Array];
  const below = stateOf(state, "second");
  let next: NamedArrays | undefined;
  // By reference, because some estimators evaluate an objective more than once.
  const last: Objective = (h) => bernoulliLoss(lowerHalf(params, h, settings), lower.ref);
  const rest: Objective = (h) => {
    const q = unitsAbove(params, 2, flat(h, settings), slope!, settings);
    const result = statefulExpectation(q, last, estimator, second.ref, tree.ref(below) as NamedArrays);
    // The first evaluation is that of the samples; later ones, at soft values, train no state.
    if (next) tree.dispose(result.state);
    else next = result.state;
    return result.losses;
  };
  const q = unitsAbove(params, 1, upper, slope!, settings);
  const result = statefulExpectation(q, rest, estimator, first, stateOf(state, "first"));
  tree.dispose([params, below, lower, second, slope]);
  return {
    losses: result.losses,
    state: { ...prefixed("first", result.state), ...prefixed("second", next!) },
  };
}

/** `-log p(lower half | one sample)` per example. Consumes everything. */
export function sampleLoss(
  params: NamedArrays,
  { slope, key, ...images }: StepInputs,
  settings: SbnSettings,
): np.Array {
  const { upper, lower } = halves(images as StepInputs);
  const logits = drawnLowerHalf(params, upper, slope!, key, settings);
  tree.dispose([params, slope]);
  return bernoulliLoss(logits, lower);
}
