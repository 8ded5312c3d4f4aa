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
  type NamedArrays,
  type Objective,
  type OptionSpec,
  plackettLuce,
  poisson,
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

/** An estimator on a case that it supports. */
export interface Entry {
  readonly id: string;
  readonly estimator: Estimator;
  readonly case: Case;
  /** Options that are not the defaults, as `name=value`. */
  readonly given?: string;
}

/** Every (estimator, case) that is supported, by default options. */
export const supported: readonly Entry[] = catalogue.flatMap(({ id, create }) =>
  cases.filter((c) => create().supports.includes(c.kind)).map((c) => ({ id, estimator: create(), case: c })),
);

/** Every estimator once, on one of the kinds that it supports, another kind for the next estimator. */
export const oneOfEach: readonly Entry[] = catalogue.map(({ id }, i) => {
  const own = supported.filter((e) => e.id === id && e.case === caseOf(e.case.kind));
  return own[i % own.length]!;
});

/** Another value of an option: every other choice, and one number away from the default, within its bounds. */
function others(spec: OptionSpec): readonly (string | number | boolean)[] {
  if (spec.type === "boolean") return [!spec.default];
  if (spec.type === "choice") return spec.choices.filter((choice) => choice !== spec.default);
  if (spec.integer) return [spec.default + 1 <= spec.max ? spec.default + 1 : spec.default - 1];
  if (spec.default === 0) return [0.6];
  const more = spec.default * 1.7;
  return [more <= spec.max && more >= spec.min ? more : spec.default * 0.6];
}

/**
 * Every estimator with every option off its default, on one of the kinds that it supports, another for the next option:
 * all kinds are tried with the defaults.
 */
export const variants: readonly Entry[] = catalogue.flatMap(({ id, create }) =>
  Object.entries(create().options).flatMap(([name, spec]) =>
    others(spec).map((value) => {
      const given = `${name}=${typeof value === "number" ? Number(value.toPrecision(4)) : value}`;
      const estimator = create({ [name]: value });
      const turn = [...`${id}${given}`].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
      return { id, estimator, case: caseOf(estimator.supports[turn % estimator.supports.length]!), given };
    }),
  ),
);

/** The name of a test of an entry; the estimator's id and a comma first, so that one can ask for it. */
export const title = ({ id, case: c, given }: Entry): string =>
  `${id}, ${c.kind}, ${given ?? `first logit ${c.logits[0]!.toFixed(2)}`}`;

/** One row of logits repeated for `count` examples. */
export function repeated(c: Case, count: number): npType.Array {
  return np.broadcastTo(np.array([...c.logits]).reshape([1, ...c.event]), [count, ...c.event]);
}

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

export function estimatesOf(estimator: Estimator, c: Case, fs: readonly Objective[]): Estimates {
  const mixed =
    (weights: npType.Array): Objective =>
    (x) => {
      const terms = fs.map((f, j) => f(j + 1 < fs.length ? x.ref : x).mul(weights.ref.slice(j)));
      return terms.reduce((sum, term) => sum.add(term));
    };
  const gradient = jit((logits: npType.Array, key: npType.Array, given: NamedArrays, weights: npType.Array) =>
    grad((a: npType.Array) => {
      const result = statefulExpectation(makeDistribution(c.kind, a), mixed(weights), estimator, key, given);
      for (const array of Object.values(result.state)) array.dispose();
      return np.sum(result.losses);
    })(logits),
  );
  const width = c.event.reduce((a, b) => a * b, 1);
  return {
    async of(objective, count, seed) {
      const chunks = Math.ceil(count / CHUNK);
      const keys = np
        .split(random.split(random.key(seed), chunks + 1), chunks + 1, 0)
        .map((k) => k.reshape([2])) as npType.Array[];
      const first = keys.pop()!;
      let state = estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
      if (Object.keys(state).length > 0)
        state = statefulExpectation(
          makeDistribution(c.kind, repeated(c, 500)),
          fs[objective]!,
          estimator,
          first,
          state,
        ).state;
      else first.dispose();
      const weights = fs.map((_, j) => (j === objective ? 1 : 0));
      const rows: number[] = [];
      for (const key of keys) {
        const chunk = await gradient(repeated(c, CHUNK), key, tree.ref(state), np.array(weights)).data();
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

/** The same on one objective. */
export async function estimates(
  estimator: Estimator,
  c: Case,
  f: Objective,
  count: number,
  seed: number,
): Promise<Float32Array> {
  const all = estimatesOf(estimator, c, [f]);
  const rows = await all.of(0, count, seed);
  all.dispose();
  return rows;
}
