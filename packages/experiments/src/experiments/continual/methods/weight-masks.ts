import { numpy as np, random, tree } from "@jax-js/jax";
import { followThreshold, type NamedArrays, scoreMask, signedConstant, thresholdOf } from "hardgrad";
import type { HostArray, HostArrays } from "../../../contract/backend.ts";
import { splitKey } from "../../../nn/layers.ts";
import { addUser, columns, compute, constantArray, selected, unused, usersMask } from "../host.ts";
import { type LossInputs, type Method, type Snapshot, stateOf } from "../method.ts";
import { fanIn, initialWeights, type Sizes, scoresOf, weightedLoss } from "../network.ts";
import { outputsOf } from "../tasks.ts";
import { closedOutputs } from "./gating.ts";
import { plain } from "./plain.ts";

/**
 * Methods whose tasks choose single weights by their scores: winning subnetworks (WSN), which also learn the weights, and
 * supermasks (SupSup) on weights that stay random. No biases, as in both papers: a bias has no mask.
 */

const hidden = (sizes: Sizes): string[] => sizes.layers.map((_, i) => `w${i + 1}`);

/** Scores like fresh weights: uniform within `1/sqrt(inputs)`. */
function freshScores(key: np.Array, sizes: Sizes, names: readonly string[]): NamedArrays {
  const weights = initialWeights(key, sizes);
  const scores: NamedArrays = {};
  for (const [name, w] of Object.entries(weights))
    if (names.includes(name)) scores[`score.${name}`] = w;
    else w.dispose();
  return scores;
}

/** The loss of the subnetwork of the highest scores. `weights`: those that the masks choose from. */
function maskedLoss(
  weights: NamedArrays,
  scores: NamedArrays,
  thresholds: NamedArrays,
  rest: NamedArrays,
  { batch, key, slope, estimatorState }: LossInputs,
): ReturnType<Method["loss"]> {
  key.dispose();
  slope.dispose();
  const chosen = Object.entries(weights).map(([name, w]) => [
    name,
    w.mul(scoreMask(scores[`score.${name}`]!, thresholds[`threshold.${name}`]!)),
  ]);
  const params = { ...rest, ...Object.fromEntries(chosen) } as NamedArrays;
  const layers = Object.keys(params).filter((name) => /^w\d/.test(name)).length;
  return { loss: weightedLoss(scoresOf(params, batch.images, layers), batch), state: estimatorState };
}

/** Thresholds that follow the scores: in one step of Adam a score moves by a few times the step size at most. */
const follow: Method["after"] = ({ gradients, before, params, method, learningRate, settings }) => {
  tree.dispose(gradients);
  tree.dispose(before);
  const reach = learningRate.mul(4 * settings.gateRate);
  const next = Object.entries(method).map(([name, array]) => {
    if (!name.startsWith("threshold.")) return [name, array];
    const scores = params[name.replace("threshold.", "score.")]!;
    const keep = settings.keep;
    if (settings.optimizer !== "sgd") return [name, followThreshold(array, scores.ref, keep, reach.ref)];
    array.dispose();
    return [name, thresholdOf(scores.ref, keep)];
  });
  reach.dispose();
  return { params, method: Object.fromEntries(next) };
};

/** The exact masks of the scores as they are, by weight. */
async function masksNow(
  at: Snapshot,
  names: readonly string[],
  keep: number,
): Promise<{ [name: string]: HostArray }> {
  const inputs = Object.fromEntries(names.map((name) => [name, stateOf(at, `params.score.${name}`)]));
  return compute(inputs, (scores) =>
    Object.fromEntries(
      Object.entries(scores).map(([name, s]) => [name, scoreMask(s.ref, thresholdOf(s, keep))]),
    ),
  ) as Promise<{ [name: string]: HostArray }>;
}

async function begun(
  names: readonly string[],
  sizes: Sizes,
  keep: number,
  key: np.Array,
): Promise<{ [name: string]: HostArray }> {
  const arrays = await compute({}, () => {
    const scores = freshScores(key, sizes, names);
    const thresholds = names.map((name) => [
      `method.threshold.${name}`,
      thresholdOf(scores[`score.${name}`]!.ref, keep),
    ]);
    return {
      ...Object.fromEntries(Object.entries(scores).map(([name, s]) => [`params.${name}`, s])),
      ...Object.fromEntries(thresholds),
    };
  });
  return arrays as { [name: string]: HostArray };
}

async function remember(
  at: Snapshot,
  names: readonly string[],
  task: number,
  keep: number,
): Promise<HostArrays> {
  const masks = await masksNow(at, names, keep);
  return Object.fromEntries(
    names.map((name) => [
      `memory.users.${name}`,
      addUser(stateOf(at, `memory.users.${name}`), task, masks[name]!),
    ]),
  );
}

function noUsers(at: Snapshot, names: readonly string[]): HostArrays {
  return Object.fromEntries(
    names.map((name) => [
      `memory.users.${name}`,
      constantArray(stateOf(at, `params.score.${name}`).shape, 0),
    ]),
  );
}

async function masksOf(
  at: Snapshot,
  names: readonly string[],
  task: number,
  finished: boolean,
  keep: number,
): Promise<HostArrays> {
  if (!finished) return masksNow(at, names, keep);
  return Object.fromEntries(
    names.map((name) => [name, usersMask(stateOf(at, `memory.users.${name}`), task)]),
  );
}

/** Winning subnetworks. Reference: Kang et al. 2022, PMLR 162. */
export const wsn: Method = {
  ...plain,
  heads: "own",
  infers: "entropy",
  exact: true,
  gated: (name) => name.startsWith("score."),
  init: (key, sizes) => {
    const params = withoutBiases(initialWeights(key, sizes));
    const names = hidden(sizes);
    const open: NamedArrays = { head: np.ones([1, sizes.outputs]), headBias: np.ones([sizes.outputs]) };
    const method: NamedArrays = {};
    for (const name of names) {
      const { shape } = params[name]!;
      open[name] = np.ones(shape);
      params[`score.${name}`] = np.zeros(shape);
      method[`threshold.${name}`] = np.array(0);
    }
    return { params, open, method };
  },
  loss: (params, method, inputs) => {
    const pick = (test: (name: string) => boolean): NamedArrays =>
      Object.fromEntries(Object.entries(params).filter(([name]) => test(name)));
    return maskedLoss(
      pick((name) => /^w\d/.test(name)),
      pick((name) => name.startsWith("score.")),
      method,
      pick((name) => name.startsWith("head")),
      inputs,
    );
  },
  after: follow,
  begin: async (at, _phase, { task, sizes, settings, key }) => ({
    state: await begun(hidden(sizes), sizes, settings.keep, key(1)),
    memory: task.index === 0 ? noUsers(at, hidden(sizes)) : {},
  }),
  finish: async (at, { task, sizes, settings }) => {
    const memory = await remember(at, hidden(sizes), task.index, settings.keep);
    const open = hidden(sizes).map((name) => [`open.${name}`, unused(memory[`memory.users.${name}`]!)]);
    return { state: { ...Object.fromEntries(open), ...closedOutputs(at, task, sizes) }, memory };
  },
  network: async (at, task, finished, { sizes, settings }) => {
    const masks = await masksOf(at, hidden(sizes), task.index, finished, settings.keep);
    const own = columns([1, sizes.outputs], ...outputsOf(task));
    const network: { [name: string]: HostArray } = {
      head: selected(stateOf(at, "params.head"), own),
      headBias: selected(stateOf(at, "params.headBias"), own),
    };
    for (const name of hidden(sizes)) network[name] = selected(stateOf(at, `params.${name}`), masks[name]!);
    return network;
  },
};

function withoutBiases(params: NamedArrays): NamedArrays {
  for (const name of Object.keys(params))
    if (/^b\d/.test(name)) {
      params[name]!.dispose();
      delete params[name];
    }
  return params;
}

/** Supermasks in superposition; all tasks share the outputs of one task. Reference: Wortsman et al. 2020, arXiv 2006.14769. */
export const supsup: Method = {
  ...plain,
  heads: "shared",
  infers: "gradient",
  exact: true,
  gated: (name) => name.startsWith("score."),
  init: (key, sizes) => {
    const params: NamedArrays = {};
    const method: NamedArrays = {};
    const names = [...hidden(sizes), "head"];
    const keys = splitKey(key, names.length);
    for (const [i, name] of names.entries()) {
      const layer = name === "head" ? sizes.layers.length + 1 : Number(name.slice(1));
      const shape = [fanIn(sizes, layer), name === "head" ? sizes.outputs : sizes.layers[layer - 1]!];
      params[`score.${name}`] = np.zeros(shape);
      method[`fixed.${name}`] = signedConstant(random.normal(keys[i]!, shape));
      method[`threshold.${name}`] = np.array(0);
    }
    return { params, open: {}, method };
  },
  loss: (params, method, inputs) => {
    const fixed = Object.entries(method)
      .filter(([name]) => name.startsWith("fixed."))
      .map(([name, w]) => [name.slice("fixed.".length), w]);
    return maskedLoss(Object.fromEntries(fixed), params, method, {}, inputs);
  },
  after: follow,
  begin: async (at, _phase, { task, sizes, settings, key }) => {
    const names = [...hidden(sizes), "head"];
    return {
      state: await begun(names, sizes, settings.keep, key(1)),
      memory: task.index === 0 ? noUsers(at, names) : {},
    };
  },
  finish: async (at, { task, sizes, settings }) => ({
    memory: await remember(at, [...hidden(sizes), "head"], task.index, settings.keep),
  }),
  network: async (at, task, finished, { sizes, settings }) => {
    const names = [...hidden(sizes), "head"];
    const masks = await masksOf(at, names, task.index, finished, settings.keep);
    return Object.fromEntries(
      names.map((name) => [name, selected(stateOf(at, `method.fixed.${name}`), masks[name]!)]),
    );
  },
};
