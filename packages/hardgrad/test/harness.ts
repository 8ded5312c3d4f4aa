import "./setup.ts";
import { grad, numpy as np, type numpy as npType, random } from "@jax-js/jax";
import {
  bernoulli,
  catalogue,
  categorical,
  type Distribution,
  type Estimator,
  type Kind,
  type Objective,
  statefulExpectation,
} from "../src/index.ts";

export interface Case {
  readonly kind: Kind;
  readonly event: readonly number[];
  readonly logits: readonly number[];
  readonly categories: number;
}

/** Three Bernoulli units, and two variables of three categories, at two scales of the logits. */
export const cases: readonly Case[] = [0.7, 2.2].flatMap((scale) => [
  { kind: "bernoulli" as const, event: [3], logits: [0.6, -1, 0.3].map((a) => a * scale), categories: 1 },
  {
    kind: "categorical" as const,
    event: [2, 3],
    logits: [0.4, -0.8, 0.6, -0.3, 0.9, 0.1].map((a) => a * scale),
    categories: 3,
  },
]);

export const makeDistribution = (kind: Kind, logits: npType.Array): Distribution =>
  kind === "bernoulli" ? bernoulli(logits) : categorical(logits);

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

/** One estimate per example, `[count * event]`: the examples are independent draws at the same logits. */
export async function estimates(
  estimator: Estimator,
  c: Case,
  f: Objective,
  count: number,
  seed: number,
): Promise<Float32Array> {
  let state = estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
  const keys = random.split(random.key(seed), 2);
  const [first, second] = np.split(keys, 2, 0).map((k) => k.reshape([2])) as [npType.Array, npType.Array];
  if (Object.keys(state).length > 0)
    state = statefulExpectation(makeDistribution(c.kind, repeated(c, 500)), f, estimator, first, state).state;
  else first.dispose();
  const gradient = grad((logits: npType.Array) => {
    const result = statefulExpectation(makeDistribution(c.kind, logits), f, estimator, second, state);
    for (const array of Object.values(result.state)) array.dispose();
    return np.sum(result.losses);
  })(repeated(c, count));
  return (await gradient.data()) as Float32Array;
}
