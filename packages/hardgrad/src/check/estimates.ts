import { jit, numpy as np, random, tree, vmap } from "@jax-js/jax";
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
   * For each objective that is chosen, one estimate per row, `[count * event]`: independent draws at the logits of a case,
   * the same draws for every objective. In chunks: large traces compile slowly. Where all rows of two chunks or more,
   * a twentieth of the count, are the same bits, the others are not drawn: what would differ in fewer
   * than 20 of the count moves the mean by less than 4.5 standard errors. An estimator without noise is asked for one chunk only.
   */
  of(c: Case, chosen: readonly CheckObjective[], count: number, seed: number): Promise<Float32Array[]>;
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
  const gradientOf = (logits: np.Array, key: np.Array, given: NamedArrays, weights: np.Array): np.Array =>
    grad((a: np.Array) => {
      const { losses, state } = stepOf(a, key, given, weights);
      tree.dispose(state);
      return np.sum(losses);
    })(logits);
  const nextOf = (logits: np.Array, key: np.Array, given: NamedArrays, weights: np.Array): NamedArrays => {
    const { losses, state } = stepOf(logits, key, given, weights);
    losses.dispose();
    return state;
  };
  // An unbiased one is asked for all objectives; where values are enough, they share what takes longest, the draws.
  const together = estimator.unbiased && estimator.needs === "values";
  const gradient = jit(together ? vmap(gradientOf, [null, null, 0, 0]) : gradientOf);
  const next = jit(together ? vmap(nextOf, [null, null, null, 0]) : nextOf);
  const start = (): NamedArrays => estimator.init(makeDistribution(kind, np.zeros([2, ...event])));
  const size = widthOf(event);

  /** By weights of one objective, or of all: the rows of one after those of the other. */
  async function rowsBy(weights: np.Array, c: Case, count: number, seed: number): Promise<Float32Array[]> {
    const chunks = Math.ceil(count / CHUNK);
    const keys = np
      .split(random.split(random.key(seed), chunks + 1), chunks + 1, 0)
      .map((k) => k.reshape([2])) as np.Array[];
    const first = keys.pop()!;
    let state = start();
    if (Object.keys(state).length > 0) state = next(repeatedLogits(c, 500), first, state, weights.ref);
    else first.dispose();
    const width = CHUNK * size;
    const found: Float32Array[] = [];
    let steady = true;
    for (const key of keys) {
      const chunk = await gradient(repeatedLogits(c, CHUNK), key, tree.ref(state), weights.ref).data();
      found.push(chunk as Float32Array);
      const [first] = found as [Float32Array];
      const same = (chunk as Float32Array).every((v, n) => v === first[n - (n % width) + (n % size)]);
      steady &&= same;
      const enough = found.length > 1 && found.length * 20 >= chunks;
      if (steady && (enough || estimator.family === "exact")) break;
    }
    weights.dispose();
    tree.dispose(state);
    const objectives = found[0]!.length / width;
    return Array.from({ length: objectives }, (_, j) => {
      const rows = new Float32Array(found.length * width);
      for (const [n, chunk] of found.entries())
        rows.set(chunk.subarray(j * width, (j + 1) * width), n * width);
      return rows;
    });
  }

  return {
    async of(c, chosen, count, seed) {
      const places = chosen.map(({ name }) => among.findIndex((o) => o.name === name));
      if (together) {
        const all = await rowsBy(np.eye(among.length), c, count, seed);
        return places.map((place) => all[place]!);
      }
      const rows: Float32Array[] = [];
      for (const place of places)
        rows.push(...(await rowsBy(np.array(among.map((_, j) => (j === place ? 1 : 0))), c, count, seed)));
      return rows;
    },
    dispose() {
      gradient.dispose();
      next.dispose();
    },
  };
}
