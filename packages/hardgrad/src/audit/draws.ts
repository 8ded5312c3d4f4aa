import { blockUntilReady, jit, numpy as np, random, tree } from "@jax-js/jax";
import { keep } from "../distributions/index.ts";
import { statefulExpectation } from "../expectation.ts";
import { grad } from "../gradients.ts";
import type { Distribution, Estimator, NamedArrays, Objective } from "../types.ts";
import { repeated } from "./exact-gradient.ts";
import type { ProblemFacts } from "./facts.ts";
import { momentsOf } from "./statistics.ts";

/** Numbers held by one call of the compiled program: larger ones gain nothing and compile slowly. */
const HELD = 2 ** 18;
/** Estimates with rare values made frequent, at least. */
const PROBED = 512;
/** Examples per step of the warm-up. */
const BATCH = 64;

type Program = ((logits: np.Array, key: np.Array, state: NamedArrays) => [np.Array, NamedArrays]) & {
  dispose(): void;
};

/** Estimates `[count, ...event]` at the logits (flat), and the next state, compiled. Keeps q. */
function program(q: Distribution, f: Objective, estimator: Estimator, count: number): Program {
  return jit((logits: np.Array, key: np.Array, state: NamedArrays): [np.Array, NamedArrays] => {
    const drawn = repeated({ ...q, logits }, count);
    const total = (a: np.Array): [np.Array, NamedArrays] => {
      const result = statefulExpectation({ ...drawn, logits: a }, f, estimator, key, state);
      return [np.sum(result.losses), result.state];
    };
    return grad(total, { hasAux: true })(drawn.logits);
  }) as unknown as Program;
}

/** The state after a step on every key, in batches of 64. Consumes state and keys. */
function train(
  q: Distribution,
  f: Objective,
  estimator: Estimator,
  state: NamedArrays,
  logits: readonly number[],
  keys: readonly np.Array[],
): NamedArrays {
  const step = program(q, f, estimator, BATCH);
  let trained = state;
  for (const key of keys) {
    const [g, next] = step(np.array([...logits]), key, trained);
    g.dispose();
    trained = next;
  }
  step.dispose();
  return trained;
}

function splitKeys(key: np.Array, count: number): np.Array[] {
  return np.split(random.split(key, count), count, 0).map((k) => k.reshape([2]));
}

/** Independent estimates of one estimator, and what is learned of it on the way. */
export interface Draws {
  /** `[samples * logits]` */
  readonly values: Float32Array;
  /** Per logit, the range of estimates where the rare values of q are frequent; absent if none is rare. */
  readonly reach?: readonly number[];
  readonly microseconds: number;
}

/** Keeps q. The same seed gives the same estimates. */
export async function draws(
  q: Distribution,
  f: Objective,
  estimator: Estimator,
  facts: ProblemFacts,
  { samples, seed, warmup }: { samples: number; seed: number; warmup: number },
): Promise<Draws> {
  const width = facts.logits.length;
  const fitting = Math.max(16, Math.floor(HELD / (estimator.evaluations(q) * width * 8)));
  const chunk = Math.min(samples, fitting);
  const chunks = Math.ceil(samples / chunk);
  const estimate = program(q, f, estimator, chunk);
  const stateful = Object.keys(estimator.init(q)).length > 0;
  const keys = splitKeys(random.key(seed), chunks + (stateful ? warmup : 0));
  // Another seed of the same range.
  const others = splitKeys(random.key((seed ^ 1) >>> 0), 1 + Math.ceil(Math.min(samples, PROBED) / chunk));
  let state = estimator.init(repeated(keep(q), 2));
  try {
    if (stateful) state = train(q, f, estimator, state, facts.logits, keys.splice(0, warmup));
    let fastest = Number.POSITIVE_INFINITY;
    const draw = async (logits: readonly number[], key: np.Array): Promise<Float32Array> => {
      await blockUntilReady(state);
      const start = performance.now();
      const [g, next] = estimate(np.array([...logits]), key, tree.ref(state) as NamedArrays);
      const drawn = (await g.data()) as Float32Array;
      fastest = Math.min(fastest, performance.now() - start);
      tree.dispose(next);
      return drawn;
    };
    const all = new Float32Array(chunks * chunk * width);
    for (const [i, key] of keys.entries()) all.set(await draw(facts.logits, key), i * chunk * width);
    // The first call compiles: where there was no other, its time says nothing.
    if (keys.length === 1) fastest = Number.POSITIVE_INFINITY;
    const [timing, ...probes] = others;
    await draw(facts.logits, timing!);
    // The last call may have drawn more than were asked for: what is reported is what is measured.
    const found = { values: all.subarray(0, samples * width), microseconds: (1000 * fastest) / chunk };
    if (!facts.frequent) return found;
    const probed: number[] = [];
    for (const key of probes) for (const v of await draw(facts.frequent, key)) probed.push(v);
    return { ...found, reach: momentsOf(probed, width).range };
  } finally {
    tree.dispose(state);
    estimate.dispose();
  }
}
