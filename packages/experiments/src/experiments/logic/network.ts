import { numpy as np, random } from "@jax-js/jax";
import {
  balancedWires,
  categorical,
  type Estimator,
  groupCounts,
  type LogicLayer,
  logicGates,
  type NamedArrays,
  oneHotOf,
  readRows,
  type StatefulPathEstimator,
  statefulThrough,
  thresholdBits,
  wireUses,
} from "hardgrad";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import { splitKey } from "../../nn/layers.ts";
import type { LogicSettings } from "./options.ts";
import { firstChoices } from "./settling.ts";

/**
 * Parameters of layer i: `gatesI [gates, 16]`, logits of the operations; `readI [2 gates, candidates]`, the wires that inputs
 * may read, as numbers, first inputs first; `wiresI` of that shape, logits of the candidates (learned); `usesI`, the inverse
 * of `readI` (fixed, behind the first layer). `tau [classes]`: what counts are divided by. `probe [inputs of a part, wires]`: zeros, whose gradient growth goes by.
 * `madeI`, `changedI`: see settling.ts.
 */

const thresholds: readonly (readonly number[])[] = [[0], [127], [63, 191], [31, 127, 223]];

export const thresholdsOf = ({ bits }: LogicSettings): readonly number[] => thresholds[bits]!;

export const gatesPerLayer = ({ gates, layers }: LogicSettings): number => gates / layers;

/** Wires that a layer may read. */
export const wiresInto = (layer: number, settings: LogicSettings, form: Pick<DataForm, "shape">): number =>
  layer === 0 ? exampleSize(form.shape) * thresholdsOf(settings).length : gatesPerLayer(settings);

/** In how many parts the first layer's inputs take turns to grow; 0 without growth. */
export function growthParts(settings: LogicSettings): number {
  if (settings.wiring === "fixed" || settings.growth === 0) return 0;
  const inputs = 2 * gatesPerLayer(settings);
  let parts = Math.min(inputs, Math.max(1, Math.floor(1 / settings.growth)));
  while (inputs % parts !== 0) parts--;
  return parts;
}

const bothInputs = [1, 2, 4, 6, 7, 8, 9, 11, 13, 14];

export function initialParams(key: np.Array, settings: LogicSettings, form: DataForm): NamedArrays {
  const params: NamedArrays = {};
  const gates = gatesPerLayer(settings);
  const learned = settings.wiring === "learned";
  const candidates = learned ? settings.candidates : 1;
  const operations = settings.operations === "both" ? bothInputs : [3];
  for (const [i, layerKey] of splitKey(key, settings.layers).entries()) {
    const [wireKey, gateKey] = splitKey(layerKey, 2) as [np.Array, np.Array];
    const wires = wiresInto(i, settings, form);
    const read = balancedWires(wireKey, wires, gates, candidates).reshape([2 * gates, candidates]);
    if (learned) params[`wires${i}`] = np.zeros([2 * gates, candidates]);
    else if (i > 0)
      params[`uses${i}`] = wireUses(read.ref.dataSync() as Int32Array, wires).astype(np.float32);
    params[`read${i}`] = read.astype(np.float32);
    const own = np
      .array(operations)
      .slice(random.randint(gateKey, { shape: [gates], minval: 0, maxval: operations.length }));
    const logit = Math.log((settings.confidence * 15) / (1 - settings.confidence));
    params[`gates${i}`] = oneHotOf(own.astype(np.int32), 16).mul(logit);
    params[`made${i}`] = firstChoices(params[`read${i}`]!, params[`wires${i}`], params[`gates${i}`]!);
    params[`changed${i}`] = np.array(0);
  }
  params.tau = np.full([form.classes.length], settings.scale);
  const parts = growthParts(settings);
  if (parts > 0) params.probe = np.zeros([(2 * gates) / parts, wiresInto(0, settings, form)]);
  return params;
}

/** How choices are made: by an estimator, or each the most probable. */
export interface Choices {
  /** Of the parameters of this name, logits `[variables, categories]`. Consumes them. */
  of(name: string, logits: np.Array): np.Array;
  readonly hard: boolean;
}

/** The parameters whose choices an estimator makes. */
export const chosen = ({ layers, wiring }: LogicSettings): string[] =>
  Array.from({ length: layers }, (_, i) => [
    `gates${i}`,
    ...(wiring === "learned" ? [`wires${i}`] : []),
  ]).flat();

const stateName = (parameter: string, name: string): string => `${parameter}.${name}`;

/** The state of an estimator that keeps one, for each of these parameters. */
export function choiceState(estimator: Estimator, settings: LogicSettings): NamedArrays {
  const state: NamedArrays = {};
  for (const parameter of chosen(settings)) {
    const own = estimator.init(categorical(np.zeros([1, 1, 2])));
    for (const [name, array] of Object.entries(own)) state[stateName(parameter, name)] = array;
  }
  return state;
}

/** Choices by an estimator; each call draws anew. Consumes key and state; call `done` at the end for the next state. */
export function estimatedChoices(
  estimator: Estimator,
  key: np.Array,
  state: NamedArrays,
): Choices & { done(): NamedArrays } {
  let rest = key;
  const after = { ...state };
  return {
    hard: estimator.forward === "hard",
    of(parameter, logits) {
      const [now, next] = splitKey(rest, 2) as [np.Array, np.Array];
      rest = next;
      const q = categorical(logits.reshape([1, ...logits.shape]));
      const prefix = stateName(parameter, "");
      const names = Object.keys(after).filter((name) => name.startsWith(prefix));
      const own = Object.fromEntries(names.map((name) => [name.slice(prefix.length), after[name]!]));
      const made = statefulThrough(q, estimator as StatefulPathEstimator, now, own);
      for (const [name, array] of Object.entries(made.state)) after[prefix + name] = array;
      return made.sample.reshape(logits.shape);
    },
    done: () => {
      rest.dispose();
      return after;
    },
  };
}

/** The circuit's own choices. */
export const finalChoices: Choices = {
  hard: true,
  of: (_name, logits) => {
    const categories = logits.shape[1]!;
    return oneHotOf(np.argmax(logits, -1).astype(np.int32), categories);
  },
};

/** The bits of images `[batch, size]`, grey 0..255. Consumes them. */
export const pixelBits = (images: np.Array, settings: LogicSettings): np.Array =>
  thresholdBits(images, thresholdsOf(settings));

/** The layers of the network with these choices. Keeps the parameters. */
export function logicLayers(params: NamedArrays, choices: Choices, settings: LogicSettings): LogicLayer[] {
  return Array.from({ length: settings.layers }, (_, i): LogicLayer => {
    const [wires, uses] = [params[`wires${i}`], params[`uses${i}`]];
    return {
      read: params[`read${i}`]!.ref.astype(np.int32),
      ...(wires && { wires: choices.of(`wires${i}`, wires.ref), hard: choices.hard }),
      ...(uses && { uses: uses.ref.astype(np.int32) }),
      operations: choices.of(`gates${i}`, params[`gates${i}`]!.ref),
    };
  });
}

/** Class scores `[batch, classes]` of the last layer's outputs. Keeps the parameters, consumes the outputs. */
export function scoresOfOutputs(params: NamedArrays, y: np.Array): np.Array {
  const tau = params.tau!;
  return groupCounts(y, tau.shape[0]!).div(tau.ref);
}

/** Class scores of images: values only. Keeps the parameters, consumes the images. */
export function scoresOf(
  params: NamedArrays,
  images: np.Array,
  choices: Choices,
  settings: LogicSettings,
): np.Array {
  let x = pixelBits(images, settings);
  for (const { operations, read, wires, hard = true, uses } of logicLayers(params, choices, settings)) {
    uses?.dispose();
    const [a, b] = np.split(readRows(x, read, wires, hard), 2, 0) as [np.Array, np.Array];
    x = logicGates(operations, a, b);
  }
  return scoresOfOutputs(params, x);
}
