import { tree } from "@jax-js/jax";
import type { Estimator, NamedArrays } from "hardgrad";
import type { HostArrays } from "../../../contract/backend.ts";
import { type LossInputs, type Method, stateOf } from "../method.ts";
import { initialWeights, type Sizes, scoresOf, weightedLoss } from "../network.ts";

/** What methods without gates have in common; finetune, joint and rehearsal are this and differ in their data only. */
export const plain: Method = {
  scenarios: ["task", "domain", "class"],
  heads: "scenario",
  infers: "nothing",
  exact: false,
  phases: [1],
  gated: () => false,
  init: (key, sizes) => ({ params: initialWeights(key, sizes), open: {}, method: {} }),
  estimatorState: noEstimator,
  loss: (params, method, inputs) => {
    tree.dispose(method);
    return plainLoss(params, inputs);
  },
  after: ({ gradients, before, params, method }) => {
    tree.dispose(gradients);
    tree.dispose(before);
    return { params, method };
  },
  begin: async () => ({}),
  finish: async () => ({}),
  network: async (at, _task, _finished, { sizes }) => wholeNetwork(at, sizes),
};

export function noEstimator(_estimator: Estimator, _sizes: Sizes): NamedArrays {
  return {};
}

/** Cross-entropy of the network as it is. Consumes everything. */
export function plainLoss(params: NamedArrays, inputs: LossInputs): ReturnType<Method["loss"]> {
  const { batch, key, slope, estimatorState } = inputs;
  key.dispose();
  slope.dispose();
  const layers = Object.keys(params).filter((name) => /^w\d/.test(name)).length;
  return { loss: weightedLoss(scoresOf(params, batch.images, layers), batch), state: estimatorState };
}

/** All weights, as they are. */
export function wholeNetwork(at: Parameters<Method["network"]>[0], sizes: Sizes): HostArrays {
  return networkArrays(sizes, (name) => stateOf(at, `params.${name}`));
}

/** A network out of its arrays by name. */
export function networkArrays<T>(sizes: Sizes, array: (name: string) => T): { [name: string]: T } {
  const names = [...sizes.layers.flatMap((_, i) => [`w${i + 1}`, `b${i + 1}`]), "head", "headBias"];
  return Object.fromEntries(names.map((name) => [name, array(name)]));
}
