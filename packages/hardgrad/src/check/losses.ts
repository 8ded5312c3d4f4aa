import { numpy as np, tree } from "@jax-js/jax";
import { statefulExpectation } from "../expectation.ts";
import type { NamedArrays, Objective } from "../types.ts";
import { type Case, type Entry, makeDistribution } from "./cases.ts";
import { type CheckObjective, objectiveLosses } from "./objectives.ts";

/** The state before the first step. */
export function freshState({ estimator, case: c }: Pick<Entry, "estimator" | "case">): NamedArrays {
  return estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
}

/** Losses of an objective, summed, and nothing left of the state. */
export function lossOf(entry: Entry, f: Objective): (logits: np.Array, key: np.Array) => np.Array {
  const { estimator, case: c } = entry;
  return (logits, key) => {
    const q = makeDistribution(c.kind, logits);
    const { losses, state } = statefulExpectation(q, f, estimator, key, freshState(entry));
    tree.dispose(state);
    return np.sum(losses);
  };
}

/** An objective of the suite for the event of a case. */
export function objectiveFor(objective: CheckObjective, c: Case): Objective {
  return (x) => objectiveLosses(objective, x, c.event.length);
}
