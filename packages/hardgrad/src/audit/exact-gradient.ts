import { jit, numpy as np } from "@jax-js/jax";
import { evaluate } from "../checks.ts";
import type { Distribution, Objective } from "../types.ts";
import { type Enumeration, enumerateProduct, enumerateSubsets } from "./enumerate.ts";

const MOST = 2 ** 20;
const BLOCK = 4096;

/** q for `count` examples with the same logits: what draws `count` independent estimates. Consumes q.logits. */
export function repeated(q: Distribution, count: number): Distribution {
  const shape = [count, ...q.eventShape];
  const row = q.logits.reshape([1, ...q.eventShape]);
  return { ...q, logits: np.broadcastTo(row, shape), batchShape: [count] };
}

function enumeration(q: Distribution, logits: readonly number[]): Enumeration {
  const made = q.kind === "subset" || q.kind === "plackett-luce" ? enumerateSubsets : enumerateProduct;
  return made(q, logits);
}

/** How many states one example has. */
export function countStates(q: Distribution): number {
  const [n = 1] = q.eventShape;
  if (q.kind === "subset" || q.kind === "plackett-luce") {
    let count = 1;
    for (let i = 1; i <= q.total; i++) count = (count * (n - q.total + i)) / i;
    return Math.round(count);
  }
  if (q.kind === "categorical") return q.eventShape.at(-1)! ** (q.eventShape.length === 2 ? n : 1);
  return (q.kind === "bernoulli" ? 2 : q.total + 1) ** n;
}

/**
 * The exact gradient of `E[f]` for one example, by enumeration of up to 2^20 states in Gray-code order and blocks of 4096;
 * f runs on the default device, sums are in float64.
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
  const size = q.eventShape.reduce((a, b) => a * b, 1);
  if (q.logits.size !== size)
    throw new RangeError(
      `exactGradient: the distribution holds ${q.logits.size / size} examples; enumerate one at a time.`,
    );
  const count = countStates(q);
  if (!(count <= MOST))
    throw new RangeError(
      `exactGradient: ${count} states are more than 2^20; use fewer units, or measure a part of the problem.`,
    );
  const logits = Array.from((await q.logits.ref.data()) as Float32Array);
  const states = enumeration(q, logits);
  const rows = Math.min(BLOCK, count);
  const block = new Float32Array(rows * size);
  const example = { ...q, batchShape: [rows] };
  const run = jit((x: np.Array) => evaluate("exactGradient", example, f, x));
  try {
    for (let done = 0; done < count; ) {
      const filled = states.next(block);
      const x = np.array(block.slice()).reshape([rows, ...q.eventShape]);
      const values = (await run(x).data()) as Float32Array;
      const bad = values.subarray(0, filled).findIndex((v) => !Number.isFinite(v));
      if (bad >= 0) {
        const state = Array.from(block.subarray(bad * size, (bad + 1) * size)).join(", ");
        throw new RangeError(
          `exactGradient: the objective is ${values[bad]} at the state [${state}]; mend it there.`,
        );
      }
      states.add(values);
      done += filled;
      onProgress?.(done, count);
    }
  } finally {
    run.dispose();
  }
  return { gradient: states.gradient(), mean: states.mean(), states: count };
}
