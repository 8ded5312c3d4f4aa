import "./setup.ts";
import { jit, numpy as np, type numpy as npType, random, tree } from "@jax-js/jax";
import {
  bernoulli,
  binomial,
  catalogue,
  categorical,
  type Distribution,
  type Estimator,
  grad,
  type Kind,
  type Objective,
  plackettLuce,
  poisson,
  type State,
  statefulExpectation,
  subset,
} from "../src/index.ts";

export interface Case {
  readonly kind: Kind;
  readonly event: readonly number[];
  readonly logits: readonly number[];
  readonly categories: number;
  readonly total: number;
}

const base: { readonly [K in Kind]: Omit<Case, "kind" | "logits"> & { logits: readonly number[] } } = {
  bernoulli: { event: [3], logits: [0.6, -1, 0.3], categories: 1, total: 0 },
  categorical: { event: [2, 3], logits: [0.4, -0.8, 0.6, -0.3, 0.9, 0.1], categories: 3, total: 0 },
  subset: { event: [5], logits: [0.4, -0.8, 0.6, -0.3, 0.9], categories: 1, total: 2 },
  "plackett-luce": { event: [4], logits: [0.4, -0.8, 0.6, -0.3], categories: 1, total: 2 },
  poisson: { event: [2], logits: [0.2, -0.5], categories: 1, total: 14 },
  binomial: { event: [2], logits: [0.4, -0.7], categories: 1, total: 3 },
};

/** A few units of every kind, at two scales of the logits. */
export const cases: readonly Case[] = [0.7, 2.2].flatMap((scale) =>
  (Object.keys(base) as Kind[]).map((kind) => ({
    ...base[kind],
    kind,
    logits: base[kind].logits.map((a) => a * scale),
  })),
);

export const caseOf = (kind: Kind): Case => cases.find((c) => c.kind === kind)!;

/** A distribution of this kind; its total is the case's where the event has the case's size. */
export function makeDistribution(kind: Kind, logits: npType.Array): Distribution {
  switch (kind) {
    case "bernoulli":
      return bernoulli(logits);
    case "categorical":
      return categorical(logits);
    case "subset":
      return subset(logits, base.subset.total);
    case "plackett-luce":
      return plackettLuce(logits, base["plackett-luce"].total);
    case "poisson":
      return poisson(logits, { maxCount: base.poisson.total });
    case "binomial":
      return binomial(logits, base.binomial.total);
  }
}

/** Every (estimator, case) that is supported. */
export const supported: readonly { id: string; estimator: Estimator; case: Case }[] = catalogue.flatMap(
  ({ id, create }) =>
    cases
      .filter((c) => create().supports.includes(c.kind))
      .map((c) => ({ id, estimator: create(), case: c })),
);

/** One row of logits repeated for `count` examples. */
export function repeated(c: Case, count: number): npType.Array {
  return np.broadcastTo(np.array([...c.logits]).reshape([1, ...c.event]), [count, ...c.event]);
}

const CHUNK = 2500;

/**
 * One estimate per row, `[count * event]`: independent draws at the same logits. Jitted and in chunks: what an eager
 * gradient leaves behind in jax-js 0.1.25 would fill the memory over a whole suite, and large traces compile slowly.
 * An estimator without noise is asked for one chunk only.
 */
export async function estimates(
  estimator: Estimator,
  c: Case,
  f: Objective,
  count: number,
  seed: number,
): Promise<Float32Array> {
  const chunks = Math.ceil(count / CHUNK);
  const keys = np
    .split(random.split(random.key(seed), chunks + 1), chunks + 1, 0)
    .map((k) => k.reshape([2])) as npType.Array[];
  let state = estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
  const first = keys.pop()!;
  if (Object.keys(state).length > 0)
    state = statefulExpectation(makeDistribution(c.kind, repeated(c, 500)), f, estimator, first, state).state;
  else first.dispose();
  const gradient = jit((logits: npType.Array, key: npType.Array, given: State) =>
    grad((a: npType.Array) => {
      const result = statefulExpectation(makeDistribution(c.kind, a), f, estimator, key, given);
      for (const array of Object.values(result.state)) array.dispose();
      return np.sum(result.losses);
    })(logits),
  );
  const rows: number[] = [];
  for (const key of keys) {
    const chunk = await gradient(repeated(c, CHUNK), key, tree.ref(state)).data();
    for (const value of chunk as Float32Array) rows.push(value);
    const width = c.event.reduce((a, b) => a * b, 1);
    const same = (chunk as Float32Array).every((v, n) => v === chunk[n % width]);
    if (same && estimator.family === "exact") break;
  }
  tree.dispose(state);
  gradient.dispose();
  return Float32Array.from(rows);
}
