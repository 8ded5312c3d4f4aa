import { numpy as np, tree } from "@jax-js/jax";
import { largestFree, type NamedArrays } from "hardgrad";
import type { HostArray } from "../../../contract/backend.ts";
import { columns, compute, constantArray, selected } from "../host.ts";
import { type Method, stateOf } from "../method.ts";
import { initialWeights, type Sizes, scoresOf, weightedLoss } from "../network.ts";
import { outputsOf } from "../tasks.ts";
import { closedOutputs } from "./gating.ts";
import { networkArrays, plain } from "./plain.ts";

const hidden = (sizes: Sizes): string[] => sizes.layers.map((_, i) => `w${i + 1}`);

/** Which weights a task reads: those of the tasks up to it. `owner` is 0 for a free weight, else the task's number from 1. */
const upTo = (owner: HostArray, task: number): HostArray => ({
  shape: owner.shape,
  data: Float32Array.from(owner.data, (o) => (o > 0 && o <= task + 1 ? 1 : 0)),
});
const equal = (owner: HostArray, number: number): HostArray => ({
  shape: owner.shape,
  data: Float32Array.from(owner.data, (o) => (o === number ? 1 : 0)),
});

/**
 * PackNet: a task trains all free weights, keeps the largest, trains those again, and owns them for good; later tasks read
 * them. Biases are learned by the first task only. Reference: Mallya & Lazebnik 2018, arXiv 1711.05769.
 */
export const packnet: Method = {
  ...plain,
  heads: "own",
  infers: "entropy",
  exact: true,
  phases: [0.5, 0.5],
  init: (key, sizes) => {
    const params = initialWeights(key, sizes);
    const open: NamedArrays = { head: np.ones([1, sizes.outputs]), headBias: np.ones([sizes.outputs]) };
    const method: NamedArrays = {};
    for (const name of hidden(sizes)) {
      const { shape } = params[name]!;
      open[name] = np.ones(shape);
      open[name.replace("w", "b")] = np.ones([shape[1]!]);
      method[`mask.${name}`] = np.ones(shape);
    }
    return { params, open, method };
  },
  loss: (params, method, { batch, key, slope, estimatorState }) => {
    key.dispose();
    slope.dispose();
    const masked = Object.entries(params).map(([name, w]) => {
      const mask = method[`mask.${name}`];
      return [name, mask ? w.mul(mask) : w];
    });
    const layers = Object.keys(method).length;
    return {
      loss: weightedLoss(scoresOf(Object.fromEntries(masked), batch.images, layers), batch),
      state: estimatorState,
    };
  },
  after: ({ gradients, before, params, method, learningRate }) => {
    learningRate.dispose();
    tree.dispose(gradients);
    tree.dispose(before);
    return { params, method };
  },
  begin: async (at, phase, { task, sizes, settings }) => {
    const state: { [name: string]: HostArray } = {};
    const memory: { [name: string]: HostArray } = {};
    for (const name of hidden(sizes)) {
      const weights = stateOf(at, `params.${name}`);
      const owner =
        task.index === 0 && phase === 0
          ? constantArray(weights.shape, 0)
          : stateOf(at, `memory.owner.${name}`);
      if (phase === 0) {
        // Free weights join in; owned ones are read and stay.
        state[`open.${name}`] = equal(owner, 0);
        state[`method.mask.${name}`] = constantArray(weights.shape, 1);
        memory[`memory.owner.${name}`] = owner;
        continue;
      }
      const { kept } = await compute({ weights, free: equal(owner, 0) }, (a) => ({
        kept: largestFree(a.weights!, a.free!, settings.keep),
      }));
      const data = Float32Array.from(owner.data, (o, i) => (kept!.data[i]! > 0 ? task.index + 1 : o));
      const next = { shape: owner.shape, data };
      memory[`memory.owner.${name}`] = next;
      state[`open.${name}`] = kept!;
      state[`method.mask.${name}`] = upTo(next, task.index);
      // What was pruned starts from zero for the next task.
      state[`params.${name}`] = selected(weights, upTo(next, task.index));
    }
    return { state, memory };
  },
  finish: async (at, { task, sizes }) => {
    const biases = hidden(sizes).map((name) => {
      const bias = `open.${name.replace("w", "b")}`;
      return [bias, constantArray(stateOf(at, bias).shape, 0)];
    });
    return { state: { ...Object.fromEntries(biases), ...closedOutputs(at, task, sizes) } };
  },
  network: async (at, task, finished, { sizes }) => {
    const own = columns([1, sizes.outputs], ...outputsOf(task));
    return networkArrays(sizes, (name) => {
      const values = stateOf(at, `params.${name}`);
      if (name.startsWith("head")) return selected(values, own);
      if (name.startsWith("b")) return values;
      return finished ? selected(values, upTo(stateOf(at, `memory.owner.${name}`), task.index)) : values;
    });
  },
};
