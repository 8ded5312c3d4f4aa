import { numpy as np } from "@jax-js/jax";
import { type NamedArrays, openUnits, openWeights, union } from "hardgrad";
import type { HostArray, HostArrays } from "../../../contract/backend.ts";
import { columns, compute, constantArray, selected, withRow } from "../host.ts";
import { type Change, type Snapshot, stateOf } from "../method.ts";
import { fanIn, type Sizes } from "../network.ts";
import { outputsOf, type Task } from "../tasks.ts";
import { networkArrays } from "./plain.ts";

/** What methods that open and close whole units share: which weights a task's units make its own. */

export const layersOf = (sizes: Sizes): number[] => sizes.layers.map((_, i) => i + 1);

/** Masks of weights, all open, and no unit used. */
export function openArrays(sizes: Sizes): { open: NamedArrays; used: NamedArrays } {
  const open: NamedArrays = { head: np.ones([1, sizes.outputs]), headBias: np.ones([sizes.outputs]) };
  const used: NamedArrays = {};
  sizes.layers.forEach((width, i) => {
    open[`w${i + 1}`] = np.ones([i === 0 ? 1 : fanIn(sizes, i + 1), width]);
    open[`b${i + 1}`] = np.ones([width]);
    used[`used${i + 1}`] = np.zeros([width]);
  });
  return { open, used };
}

/** Closes what a finished task uses: weights between its units, their biases, its outputs. */
export async function closeTask(
  at: Snapshot,
  task: Task,
  sizes: Sizes,
  gates: readonly HostArray[],
): Promise<Change> {
  const inputs: { [name: string]: HostArray } = {};
  gates.forEach((gate, i) => {
    inputs[`gate${i + 1}`] = gate;
    inputs[`used${i + 1}`] = stateOf(at, `method.used${i + 1}`);
  });
  const state = await compute(inputs, (arrays) => {
    const result: NamedArrays = {};
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
export function gatedNetwork(
  at: Snapshot,
  task: Task,
  sizes: Sizes,
  gates: readonly HostArray[],
): HostArrays {
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
  return networkArrays(sizes, (name) => {
    if (name === "headBias")
      return selected(stateOf(at, "params.headBias"), columns([1, sizes.outputs], ...outputsOf(task)));
    if (name === "head") return between(name, gates.length);
    const i = Number(name.slice(1)) - 1;
    return name[0] === "b" ? selected(stateOf(at, `params.${name}`), gates[i]!) : between(name, i);
  });
}

export const zeroGates = (sizes: Sizes, tasks: number): HostArrays =>
  Object.fromEntries(
    sizes.layers.map((width, i) => [`memory.gate${i + 1}`, constantArray([tasks, width], 0)]),
  );
