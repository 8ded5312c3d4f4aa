import { jit, numpy as np, random, tree } from "@jax-js/jax";
import { statefulExpectation } from "../expectation.ts";
import { grad } from "../gradients.ts";
import type { Estimator, NamedArrays, Objective } from "../types.ts";
import { type Case, makeDistribution, repeatedLogits, widthOf } from "./cases.ts";

const CHUNK = 2500;

/**
 * Estimates on several objectives by one compiled function: tracing and compiling takes longer than 30,000 estimates.
 * The objective in force is `sum_j weight_j f_j` with one weight 1 and the others 0, and the weights are an input.
 */
export interface Estimates {
  /**
   * One estimate per row, `[count * event]`: independent draws at the same logits. In chunks: large traces compile slowly.
   * An estimator without noise is asked for one chunk only.
   */
  of(objective: number, count: number, seed: number): Promise<Float32Array>;
  dispose(): void;
}

/** Estimates of an estimator on a case; see `Estimates`. */
export function estimatesOf(estimator: Estimator, c: Case, fs: readonly Objective[]): Estimates {
  const mixed =
    (weights: np.Array): Objective =>
    (x) => {
      const terms = fs.map((f, j) => f(j + 1 < fs.length ? x.ref : x).mul(weights.ref.slice(j)));
      return terms.reduce((sum, term) => sum.add(term));
    };
  const gradient = jit((logits: np.Array, key: np.Array, given: NamedArrays, weights: np.Array) =>
    grad((a: np.Array) => {
      const result = statefulExpectation(makeDistribution(c.kind, a), mixed(weights), estimator, key, given);
      tree.dispose(result.state);
      return np.sum(result.losses);
    })(logits),
  );
  const width = widthOf(c.event);
  return {
    async of(objective, count, seed) {
      const chunks = Math.ceil(count / CHUNK);
      const keys = np
        .split(random.split(random.key(seed), chunks + 1), chunks + 1, 0)
        .map((k) => k.reshape([2])) as np.Array[];
      const first = keys.pop()!;
      let state = estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
      if (Object.keys(state).length > 0)
        state = statefulExpectation(
          makeDistribution(c.kind, repeatedLogits(c, 500)),
          fs[objective]!,
          estimator,
          first,
          state,
        ).state;
      else first.dispose();
      const weights = fs.map((_, j) => (j === objective ? 1 : 0));
      const rows: number[] = [];
      for (const key of keys) {
        const chunk = await gradient(
          repeatedLogits(c, CHUNK),
          key,
          tree.ref(state),
          np.array(weights),
        ).data();
        for (const value of chunk as Float32Array) rows.push(value);
        const same = (chunk as Float32Array).every((v, n) => v === chunk[n % width]);
        if (same && estimator.family === "exact") break;
      }
      tree.dispose(state);
      return Float32Array.from(rows);
    },
    dispose: () => gradient.dispose(),
  };
}
