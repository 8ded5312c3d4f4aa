import { numpy as np, tree } from "@jax-js/jax";
import {
  bernoulli,
  capacityPenalty,
  type Estimator,
  hatGate,
  type NamedArrays,
  type Objective,
  sigmoid,
  statefulExpectation,
} from "hardgrad";
import type { LossInputs } from "../method.ts";
import { lossesOf, scoresOf } from "../network.ts";

/** The loss under gates that are annealed, hard by the sign of the embedding, or sampled by any estimator. */
export function gatedLoss(
  params: NamedArrays,
  method: NamedArrays,
  inputs: LossInputs,
): { loss: np.Array; state: NamedArrays } {
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
        ? hatGate(embedding, slope, { maximum: settings.slope })
        : hardGates(estimator, embedding, slope);
    taken = gates.ref;
    losses = underGates(gates);
  }
  const loss = np.sum(losses.mul(batch.weights.ref));
  tree.dispose(weights);
  tree.dispose(batch);
  const penalty = capacityPenalty(
    parts(taken, widths).map((a) => a.flatten()),
    used,
  );
  return { loss: loss.add(penalty.mul(settings.capacity)), state };
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
