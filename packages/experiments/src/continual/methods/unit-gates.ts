import { numpy as np, random, tree } from "@jax-js/jax";
import {
  bernoulli,
  capacityPenalty,
  clampEmbedding,
  type Estimator,
  hardGate,
  hatGate,
  type Objective,
  openUnits,
  openWeights,
  randomGates,
  type State,
  sigmoid,
  statefulExpectation,
  union,
} from "hardgrad";
import type { HostArray, HostArrays } from "../../engine/backend.ts";
import type { Params } from "../../optimizers.ts";
import { columns, compute, filled, rowOf, selected, withRow } from "../host.ts";
import { type Change, type LossInputs, type Method, type Snapshot, stateOf } from "../method.ts";
import { fanIn, initialWeights, lossesOf, lossOf, type Sizes, scoresOf } from "../network.ts";
import { outputsOf, type Task } from "../tasks.ts";
import { named, plain } from "./plain.ts";

/** Methods whose tasks open and close units: learned gates (HAT) and fixed random ones (XdG). */

const layersOf = (sizes: Sizes): number[] => sizes.layers.map((_, i) => i + 1);

/** Masks of weights, all open, and no unit used. */
function openArrays(sizes: Sizes): { open: Params; used: Params } {
  const open: Params = { head: np.ones([1, sizes.outputs]), headBias: np.ones([sizes.outputs]) };
  const used: Params = {};
  sizes.layers.forEach((width, i) => {
    open[`w${i + 1}`] = np.ones([i === 0 ? 1 : fanIn(sizes, i + 1), width]);
    open[`b${i + 1}`] = np.ones([width]);
    used[`used${i + 1}`] = np.zeros([width]);
  });
  return { open, used };
}

/** Closes what a finished task uses: weights between its units, their biases, its outputs. */
async function close(at: Snapshot, task: Task, sizes: Sizes, gates: readonly HostArray[]): Promise<Change> {
  const inputs: { [name: string]: HostArray } = {};
  gates.forEach((gate, i) => {
    inputs[`gate${i + 1}`] = gate;
    inputs[`used${i + 1}`] = stateOf(at, `method.used${i + 1}`);
  });
  const state = await compute(inputs, (arrays) => {
    const result: Params = {};
    const used = gates.map((_, i) => union(arrays[`used${i + 1}`]!, arrays[`gate${i + 1}`]!));
    used.forEach((u, i) => {
      result[`open.w${i + 1}`] = openWeights(used[i - 1]?.ref, u.ref);
      result[`open.b${i + 1}`] = openUnits(u.ref);
      result[`method.used${i + 1}`] = u;
    });
    return result;
  });
  const memory: { [name: string]: HostArray } = {};
  gates.forEach((gate, i) => {
    memory[`memory.gate${i + 1}`] = withRow(stateOf(at, `memory.gate${i + 1}`), task.index, gate);
  });
  return { state: { ...state, ...closedOutputs(at, task, sizes) }, memory };
}

/** The masks of the head without a task's outputs. */
export function closedOutputs(at: Snapshot, task: Task, sizes: Sizes): HostArrays {
  const own = columns([1, sizes.outputs], ...outputsOf(task));
  const without = (name: string): HostArray => {
    const mask = stateOf(at, name);
    return {
      shape: mask.shape,
      data: Float32Array.from(mask.data, (v, i) => (own.data[i % sizes.outputs]! > 0 ? 0 : v)),
    };
  };
  return { "open.head": without("open.head"), "open.headBias": without("open.headBias") };
}

/** The network between the open units of a task. */
function gatedNetwork(at: Snapshot, task: Task, sizes: Sizes, gates: readonly HostArray[]): HostArrays {
  const rows = (i: number, width: number): HostArray => {
    const gate = gates[i]!;
    const data = new Float32Array(gate.data.length * width);
    for (const [j, g] of gate.data.entries()) data.fill(g, j * width, (j + 1) * width);
    return { shape: [gate.data.length, width], data };
  };
  const between = (name: string, i: number): HostArray => {
    const weights = stateOf(at, `params.${name}`);
    const into = i < gates.length ? gates[i]! : columns([1, sizes.outputs], ...outputsOf(task));
    const ends = selected(weights, into);
    return i === 0 ? ends : selected(ends, rows(i - 1, weights.shape[1]!));
  };
  return named(sizes, (name) => {
    if (name === "headBias")
      return selected(stateOf(at, "params.headBias"), columns([1, sizes.outputs], ...outputsOf(task)));
    if (name === "head") return between(name, gates.length);
    const i = Number(name.slice(1)) - 1;
    return name[0] === "b" ? selected(stateOf(at, `params.${name}`), gates[i]!) : between(name, i);
  });
}

const zeroGates = (sizes: Sizes, tasks: number): HostArrays =>
  Object.fromEntries(sizes.layers.map((width, i) => [`memory.gate${i + 1}`, filled([tasks, width], 0)]));

/** Context-dependent gating with fixed random gates. */
export const xdg: Method = {
  ...plain,
  scenarios: ["task"],
  heads: "own",
  infers: "entropy",
  exact: true,
  init: (key, sizes, tasks, settings) => {
    const [weights, ...draws] = split(key, sizes.layers.length + 1);
    const { open, used } = openArrays(sizes);
    const method: Params = { ...used };
    sizes.layers.forEach((width, i) => {
      method[`gates${i + 1}`] = randomGates(draws[i]!, tasks, width, settings.closed as number);
      method[`gate${i + 1}`] = np.zeros([width]);
    });
    return { params: initialWeights(weights!, sizes), open, method };
  },
  loss: (params, method, inputs) => {
    inputs.key.dispose();
    inputs.slope.dispose();
    const layers = Object.keys(method).filter((name) => /^gate\d/.test(name)).length;
    const scores = scoresOf(params, inputs.batch.images, layers, (units, layer) =>
      units.mul(method[`gate${layer}`]!.ref),
    );
    tree.dispose(method);
    return { loss: lossOf(scores, inputs.batch), state: inputs.estimatorState };
  },
  begin: async (at, _phase, { task, tasks, sizes }) => ({
    state: Object.fromEntries(
      layersOf(sizes).map((l) => [`method.gate${l}`, rowOf(stateOf(at, `method.gates${l}`), task.index)]),
    ),
    memory: task.index === 0 ? zeroGates(sizes, tasks) : {},
  }),
  finish: (at, { task, sizes }) =>
    close(
      at,
      task,
      sizes,
      layersOf(sizes).map((l) => rowOf(stateOf(at, `method.gates${l}`), task.index)),
    ),
  network: async (at, task, _finished, { sizes }) =>
    gatedNetwork(
      at,
      task,
      sizes,
      layersOf(sizes).map((l) => rowOf(stateOf(at, `method.gates${l}`), task.index)),
    ),
};

/** Hard attention to the task: gates learned with the weights. */
export const hat: Method = {
  ...xdg,
  scenarios: ["task", "domain", "class"],
  gated: (name) => /^e\d/.test(name),
  init: (key, sizes) => {
    const { open, used } = openArrays(sizes);
    const params = initialWeights(key, sizes);
    sizes.layers.forEach((width, i) => {
      params[`e${i + 1}`] = np.zeros([width]);
    });
    return { params, open, method: used };
  },
  estimatorState: (estimator, sizes) => {
    const q = bernoulli(np.zeros([1, sizes.layers.reduce((a, b) => a + b)]));
    const state = estimator.init(q);
    q.logits.dispose();
    return state;
  },
  loss: (params, method, inputs) => gatedLoss(params, method, inputs),
  after: ({ gradients, before, params, method, learningRate }) => {
    learningRate.dispose();
    tree.dispose(gradients);
    tree.dispose(before);
    const clamped = Object.entries(params).map(([name, x]) => [
      name,
      /^e\d/.test(name) ? clampEmbedding(x) : x,
    ]);
    return { params: Object.fromEntries(clamped), method };
  },
  begin: async (_at, _phase, { task, tasks, sizes, key }) => {
    const fresh: { [name: string]: HostArray } = {};
    for (const l of layersOf(sizes)) {
      const { e } = await compute({}, () => ({ e: random.normal(key(l), [sizes.layers[l - 1]!]) }));
      fresh[`params.e${l}`] = e!;
    }
    return { state: fresh, memory: task.index === 0 ? zeroGates(sizes, tasks) : {} };
  },
  finish: async (at, { task, sizes }) => close(at, task, sizes, await currentGates(at, sizes)),
  network: async (at, task, finished, { sizes }) => {
    const gates = finished
      ? layersOf(sizes).map((l) => rowOf(stateOf(at, `memory.gate${l}`), task.index))
      : await currentGates(at, sizes);
    return gatedNetwork(at, task, sizes, gates);
  },
};

async function currentGates(at: Snapshot, sizes: Sizes): Promise<HostArray[]> {
  const gates: HostArray[] = [];
  for (const l of layersOf(sizes)) {
    const { gate } = await compute({ e: stateOf(at, `params.e${l}`) }, ({ e }) => ({ gate: hardGate(e!) }));
    gates.push(gate!);
  }
  return gates;
}

/** The loss under gates that are annealed, hard by the sign of the embedding, or sampled by any estimator. */
function gatedLoss(params: Params, method: Params, inputs: LossInputs): { loss: np.Array; state: State } {
  const { batch, key, slope, estimator, estimatorState, settings } = inputs;
  const names = Object.keys(params).filter((name) => /^e\d/.test(name));
  const widths = names.map((name) => params[name]!.shape[0]!);
  const used = names.map((_, i) => method[`used${i + 1}`]!);
  const weights = Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)));
  /** Losses `[..., batch]` under gates of all units side by side, `[..., batch or 1, units]`. */
  const underGates: Objective = (gates) => {
    const each = parts(gates, widths);
    const held = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, w.ref]));
    const scores = scoresOf(held, batch.images.ref, names.length, (units, layer) =>
      units.mul(each[layer - 1]!),
    );
    return lossesOf(scores, batch.labels.ref, batch.active.ref);
  };
  const embedding = np
    .concatenate(
      names.map((name) => params[name]!),
      0,
    )
    .reshape([1, -1]);
  let losses: np.Array;
  let taken: np.Array;
  let state = estimatorState;
  if (settings.gates === "sampled") {
    const logits = embedding.mul(slope);
    taken = sigmoid(logits.ref);
    // Every example draws gates of its own: the noise of the gradient averages out over the batch.
    const q = bernoulli(np.broadcastTo(logits, [batch.images.shape[0]!, logits.shape[1]!]));
    ({ losses, state } = statefulExpectation(q, underGates, estimator, key, estimatorState));
  } else {
    key.dispose();
    const gates =
      settings.gates === "annealed"
        ? hatGate(embedding, slope, { maximum: settings.slope as number })
        : hardGates(estimator, embedding, slope);
    taken = gates.ref;
    losses = underGates(gates);
  }
  const loss = np.sum(losses.mul(batch.weights.ref));
  tree.dispose(weights);
  for (const array of Object.values(batch)) (array as np.Array).dispose();
  const penalty = capacityPenalty(
    parts(taken, widths).map((a) => a.flatten()),
    used,
  );
  return { loss: loss.add(penalty.mul(settings.capacity as number)), state };
}

/** Gates by the sign of the embedding, with the estimator's gradient. */
function hardGates(estimator: Estimator, embedding: np.Array, slope: np.Array): np.Array {
  const q = bernoulli(embedding.mul(slope));
  return estimator.path!(q, np.full(q.logits.shape, 0.5));
}

/** Pieces of the last axis. Consumes x. */
function parts(x: np.Array, widths: readonly number[]): np.Array[] {
  if (widths.length === 1) return [x];
  const ends = widths.map((_, i) => widths.slice(0, i + 1).reduce((a, b) => a + b)).slice(0, -1);
  return np.split(x, ends, -1);
}

function split(key: np.Array, count: number): np.Array[] {
  return np.split(random.split(key, count), count, 0).map((k) => k.reshape([2]));
}
