import { jit, numpy as np, random, tree } from "@jax-js/jax";
import { statefulExpectation } from "../expectation.ts";
import { grad } from "../gradients.ts";
import type { Estimator, NamedArrays, Objective } from "../types.ts";
import { type Case, makeDistribution, repeatedLogits, widthOf } from "./cases.ts";
import { type CheckObjective, mixtureOf } from "./objectives.ts";

const CHUNK = 2500;

/**
 * Estimates on several objectives and logits by one compiled function: tracing and compiling takes longer than 30,000
 * estimates. The objective in force is `sum_j weight_j f_j` with one weight 1 and the others 0; the weights are an input.
 */
export interface Estimates {
  /**
   * One estimate per row, `[count * event]`: independent draws at the logits of a case. In chunks: large traces compile
   * slowly. An estimator without noise is asked for one chunk only.
   */
  of(c: Case, objective: CheckObjective, count: number, seed: number): Promise<Float32Array>;
  dispose(): void;
}

/** Estimates of an estimator on cases of one kind; see `Estimates`. Nothing is compiled before it is asked for. */
export function estimatesOf(
  estimator: Estimator,
  { kind, event }: Pick<Case, "kind" | "event">,
  among: readonly CheckObjective[],
): Estimates {
  const stepOf = (logits: np.Array, key: np.Array, state: NamedArrays, weights: np.Array) => {
    const weightOf = among.map((_, j) => weights.ref.slice(j));
    const mixed: Objective = (x) => mixtureOf(among, weightOf, x, event.length);
    return statefulExpectation(makeDistribution(kind, logits), mixed, estimator, key, state);
  };
  const gradient = jit((logits: np.Array, key: np.Array, given: NamedArrays, weights: np.Array) =>
    grad((a: np.Array) => {
      const { losses, state } = stepOf(a, key, given, weights);
      tree.dispose(state);
      return np.sum(losses);
    })(logits),
  );
  const next = jit((logits: np.Array, key: np.Array, given: NamedArrays, weights: np.Array) => {
    const { losses, state } = stepOf(logits, key, given, weights);
    losses.dispose();
    return state;
  });
  const width = widthOf(event);
  return {
    async of(c, objective, count, seed) {
      const chunks = Math.ceil(count / CHUNK);
      const keys = np
        .split(random.split(random.key(seed), chunks + 1), chunks + 1, 0)
        .map((k) => k.reshape([2])) as np.Array[];
      const first = keys.pop()!;
      const weights = np.array(among.map((o) => (o.name === objective.name ? 1 : 0)));
      let state = estimator.init(makeDistribution(kind, np.zeros([2, ...event])));
      if (Object.keys(state).length > 0) state = next(repeatedLogits(c, 500), first, state, weights.ref);
      else first.dispose();
      const rows: number[] = [];
      for (const key of keys) {
        const chunk = await gradient(repeatedLogits(c, CHUNK), key, tree.ref(state), weights.ref).data();
        for (const value of chunk as Float32Array) rows.push(value);
        const same = (chunk as Float32Array).every((v, n) => v === chunk[n % width]);
        if (same && estimator.family === "exact") break;
      }
      weights.dispose();
      tree.dispose(state);
      return Float32Array.from(rows);
    },
    dispose() {
      gradient.dispose();
      next.dispose();
    },
  };
}
