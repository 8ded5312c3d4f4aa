import { numpy as np } from "@jax-js/jax";
import { compiled } from "../compiler.ts";
import { lossesAt } from "../objective.ts";
import type { Distribution, Objective } from "../types.ts";
import { choose } from "./combinations.ts";
import { enumerateStates } from "./enumerate.ts";

const MOST = 2 ** 20;
const BLOCK = 4096;

/** q for `count` examples with the same logits: what draws `count` independent estimates. Consumes q.logits. */
export function repeated(q: Distribution, count: number): Distribution {
  const shape = [count, ...q.eventShape];
  const row = q.logits.reshape([1, ...q.eventShape]);
  return { ...q, logits: np.broadcastTo(row, shape), batchShape: [count] };
}

/** How many states one example has. */
export function countStates(q: Distribution): number {
  const [n = 1] = q.eventShape;
  if (q.kind === "subset" || q.kind === "plackett-luce") return choose(n, q.total);
  if (q.kind === "categorical") return q.eventShape.at(-1)! ** (q.eventShape.length === 2 ? n : 1);
  return (q.kind === "bernoulli" ? 2 : q.total + 1) ** n;
}

/** Every state's probability and value of f, in float64, and what follows from them. */
export interface Enumerated {
  readonly probabilities: Float64Array;
  readonly values: Float64Array;
  readonly gradient: number[];
  readonly mean: number;
}

/**
 * The exact gradient of `E[f]` for one example, by enumeration of up to 2^20 states in blocks of 4096; f runs on the
 * default device, sums are in float64. The law is the one that is sampled: Poisson counts are cut at the largest.
 *
 * @param q one example. Its logits are kept.
 * @throws RangeError for more states, a batch of examples, or an f that is not finite at a state.
 * @example
 * const { gradient, mean } = await exactGradient(bernoulli(np.array([0.4, -1])), f);
 */
export async function exactGradient(
  q: Distribution,
  f: Objective,
  onProgress?: (done: number, total: number) => void,
): Promise<{ gradient: number[]; mean: number; states: number }> {
  const { gradient, mean, values } = await enumerated(q, f, onProgress);
  return { gradient, mean, states: values.length };
}

/** What `exactGradient` does, with every state. */
export async function enumerated(
  q: Distribution,
  f: Objective,
  onProgress?: (done: number, total: number) => void,
): Promise<Enumerated> {
  const size = q.eventShape.reduce((a, b) => a * b, 1);
  if (q.logits.size !== size)
    throw new RangeError(
      `exactGradient: the distribution holds ${q.logits.size / size} examples; enumerate one at a time.`,
    );
  const count = countStates(q);
  if (!(count <= MOST))
    throw new RangeError(
      `exactGradient: ${count} states are more than 2^20; use fewer units, or measure a part of them (holdUnits).`,
    );
  const logits = Array.from((await q.logits.ref.data()) as Float32Array);
  const states = enumerateStates(q, logits);
  const rows = Math.min(BLOCK, count);
  const block = new Float32Array(rows * size);
  const values = new Float64Array(count);
  const { masked: _, ...all } = q; // f is asked at every state; those that never occur don't count
  const example = { ...all, batchShape: [rows] };
  const run = compiled((x: np.Array) => lossesAt("exactGradient", example, f, x));
  try {
    for (let done = 0; done < count; ) {
      const filled = states.next(block);
      const x = np.array(block.slice()).reshape([rows, ...q.eventShape]);
      const found = ((await run(x).data()) as Float32Array).subarray(0, filled);
      // A state that never occurs may be one that f forbids: its value has no weight. (At a corner of the hard sigmoid
      // the probability is 0 and its derivative is not.)
      const counts = (s: number): boolean =>
        states.probabilities[s] !== 0 || q.probability === "hard-sigmoid";
      const bad = found.findIndex((v, r) => !Number.isFinite(v) && counts(done + r));
      if (bad >= 0) {
        const state = Array.from(block.subarray(bad * size, (bad + 1) * size)).join(", ");
        throw new RangeError(
          `exactGradient: the objective is ${found[bad]} at the state [${state}]; correct it there.`,
        );
      }
      found.forEach((v, r) => {
        values[done + r] = Number.isFinite(v) ? v : 0;
      });
      done += filled;
      onProgress?.(done, count);
    }
  } finally {
    run.dispose();
  }
  const gradient = states.gradient(values);
  const mean = values.reduce((sum, value, s) => sum + states.probabilities[s]! * value, 0);
  if (![mean, ...gradient].every(Number.isFinite))
    throw new RangeError(
      `exactGradient: the exact gradient is not finite (${[mean, ...gradient].join(", ")}); look at the logits.`,
    );
  return { probabilities: states.probabilities, values, gradient, mean };
}
