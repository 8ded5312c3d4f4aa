import { numpy as np, tree } from "@jax-js/jax";
import {
  type Anchor,
  addAnchor,
  fadeAnchor,
  type NamedArrays,
  pathImportance,
  pathIntegral,
  quadraticPenalty,
} from "hardgrad";
import type { HostArrays } from "../../../contract/backend.ts";
import { groupOf, named } from "../../../engine/arrays.ts";
import { compute } from "../host.ts";
import type { Method, Snapshot } from "../method.ts";
import { plain, plainLoss } from "./plain.ts";

/** Methods that pull important weights back: elastic weight consolidation, its online form, synaptic intelligence. */

const zeros = (params: NamedArrays): NamedArrays => map(params, (x) => np.zeros(x.shape));
const map = (params: NamedArrays, fn: (x: np.Array, name: string) => np.Array): NamedArrays =>
  Object.fromEntries(Object.entries(params).map(([name, x]) => [name, fn(x, name)]));
const anchorOf = (method: NamedArrays): Anchor => ({
  importance: groupOf(method, "importance"),
  values: groupOf(method, "values"),
});

function consolidating(factor: number, strength: "ewcStrength" | "siStrength"): Method {
  return {
    ...plain,
    init: (key, sizes, tasks, settings) => {
      const { params, open } = plain.init(key, sizes, tasks, settings);
      return { params, open, method: named({ importance: zeros(params), values: zeros(params) }) };
    },
    loss: (params, method, inputs) => {
      const { loss, state } = plainLoss(tree.ref(params) as NamedArrays, inputs);
      const penalty = quadraticPenalty(params, anchorOf(method));
      for (const [name, x] of Object.entries(method)) if (!/^(importance|values)\./.test(name)) x.dispose();
      return { loss: loss.add(penalty.mul(factor * inputs.settings[strength])), state };
    },
  };
}

/** The state arrays that a new anchor replaces. */
async function anchored(
  at: Snapshot,
  more: { readonly [group: string]: HostArrays },
  merge: (old: Anchor, values: NamedArrays, groups: NamedArrays) => Anchor,
): Promise<{ state: HostArrays }> {
  const inputs: { [name: string]: HostArrays[string] } = {};
  for (const [name, array] of Object.entries(at.state))
    if (/^(params|method)\./.test(name)) inputs[name] = array;
  for (const [group, arrays] of Object.entries(more))
    for (const [name, array] of Object.entries(arrays)) inputs[`${group}.${name}`] = array;
  const state = await compute(inputs, (arrays) => {
    const anchor = merge(anchorOf(groupOf(arrays, "method")), groupOf(arrays, "params"), arrays);
    return named({
      "method.importance": anchor.importance,
      "method.values": anchor.values,
    });
  });
  return { state };
}

/** Elastic weight consolidation. Reference: Kirkpatrick et al. 2017, arXiv 1612.00796. */
export const ewc: Method = {
  ...consolidating(1, "ewcStrength"),
  finish: async (at, { fisher }) =>
    anchored(at, { fisher: await fisher() }, (old, values, arrays) =>
      addAnchor(old, { importance: groupOf(arrays, "fisher"), values }),
    ),
};

/** Online elastic weight consolidation. Reference: Schwarz et al. 2018, arXiv 1805.06370. */
export const onlineEwc: Method = {
  ...consolidating(1, "ewcStrength"),
  finish: async (at, { fisher, settings }) =>
    anchored(at, { fisher: await fisher() }, (old, values, arrays) =>
      fadeAnchor(old, { importance: groupOf(arrays, "fisher"), values }, settings.fading),
    ),
};

/** Synaptic intelligence; its c is half the factor of the quadratic. Reference: Zenke et al. 2017, arXiv 1703.04200. */
const pulling = consolidating(2, "siStrength");
export const si: Method = {
  ...pulling,
  init: (key, sizes, tasks, settings) => {
    const { params, open, method } = pulling.init(key, sizes, tasks, settings);
    return {
      params,
      open,
      method: { ...method, ...named({ omega: zeros(params), start: map(params, (x) => x.ref) }) },
    };
  },
  after: ({ gradients, before, params, method, learningRate }) => {
    learningRate.dispose();
    const omega = pathIntegral(groupOf(method, "omega"), gradients, before, tree.ref(params) as NamedArrays);
    return { params, method: { ...method, ...named({ omega }) } };
  },
  finish: async (at, { settings }) => {
    const { state } = await anchored(at, {}, (old, values, arrays) => {
      const method = groupOf(arrays, "method");
      const gained = pathImportance(
        groupOf(method, "omega"),
        groupOf(method, "start"),
        tree.ref(values) as NamedArrays,
        settings.damping,
      );
      return fadeAnchor(old, { importance: gained, values }, 1);
    });
    const restarted: { [name: string]: HostArrays[string] } = {};
    for (const [name, array] of Object.entries(at.state)) {
      if (!name.startsWith("params.")) continue;
      const own = name.slice("params.".length);
      restarted[`method.start.${own}`] = array;
      restarted[`method.omega.${own}`] = { shape: array.shape, data: new Float32Array(array.data.length) };
    }
    return { state: { ...state, ...restarted } };
  },
};
