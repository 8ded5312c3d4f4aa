import { numpy as np, tree } from "@jax-js/jax";
import { growCandidates, type NamedArrays, type UpdateRule } from "hardgrad";
import { adam } from "../../nn/adam.ts";
import { growthParts } from "./network.ts";
import type { LogicSettings } from "./options.ts";

/** How far below the mean of its input's logits a candidate must be to be exchanged. */
const margin = 0.3;

const trained = (name: string): boolean => name.startsWith("gates") || name.startsWith("wires");

/** Arrays of these names, and the others. */
function parted(arrays: NamedArrays, wanted: (name: string) => boolean): [NamedArrays, NamedArrays] {
  const entries = Object.entries(arrays);
  return [
    Object.fromEntries(entries.filter(([name]) => wanted(name))),
    Object.fromEntries(entries.filter(([name]) => !wanted(name))),
  ];
}

/** Adam on logits; then the first layer's candidates grow by the gradient of the probe. Wires are kept as they are else. */
export function growingAdam(settings: LogicSettings): UpdateRule {
  const rule = adam({ b1: 0.97 });
  const parts = growthParts(settings);
  return {
    init: (params) => rule.init(parted(params, trained)[0]),
    update: (gradients, state, params, learningRate) => {
      const [logits, others] = parted(params, trained);
      const [own, { probe: derivative, ...unused }] = parted(gradients, trained);
      tree.dispose(unused);
      const part = partAt(state.steps!.ref, parts);
      const next = rule.update(own, state, logits, learningRate);
      if (!derivative) {
        part.dispose();
        return { params: { ...next.params, ...others }, state: next.state };
      }
      const grown = growCandidates(next.params.wires0!, others.read0!, derivative, part, margin);
      const moments = Object.fromEntries(
        ["wires0.m", "wires0.v"].map((name) => [
          name,
          np.where(np.greater(grown.replaced.ref, 0.5), 0, next.state[name]!),
        ]),
      );
      grown.replaced.dispose();
      return {
        params: { ...next.params, ...others, wires0: grown.logits, read0: grown.candidates },
        state: { ...next.state, ...moments },
      };
    },
  };
}

/** Whose turn it is: steps modulo the parts. Consumes the steps. */
function partAt(steps: np.Array, parts: number): np.Array {
  if (parts === 0) return steps;
  return steps.ref.sub(np.floor(steps.div(parts)).mul(parts));
}
