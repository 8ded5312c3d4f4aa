import { numpy as np } from "@jax-js/jax";
import { bernoulli, binomial, categorical, plackettLuce, poisson, subset } from "../index.ts";
import type { Distribution, Estimator, Kind, OptionSpec } from "../types.ts";

/** A few units of one kind, small enough to enumerate. */
export interface Case {
  readonly kind: Kind;
  readonly event: readonly number[];
  readonly logits: readonly number[];
  readonly categories: number;
  readonly total: number;
}

const base: { readonly [K in Kind]: Omit<Case, "kind"> } = {
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

/** The case of a kind at the smaller scale. */
export const caseOf = (kind: Kind): Case => cases.find((c) => c.kind === kind)!;

/** A distribution of this kind; its total is the case's. */
export function makeDistribution(kind: Kind, logits: np.Array): Distribution {
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

/** Numbers of one sample. */
export const widthOf = (event: readonly number[]): number => event.reduce((a, b) => a * b, 1);

/** One row of logits repeated for `count` examples. */
export function repeatedLogits(c: Case, count: number): np.Array {
  return np.broadcastTo(np.array([...c.logits]).reshape([1, ...c.event]), [count, ...c.event]);
}

/** An estimator on a case that it supports. */
export interface Entry {
  readonly id: string;
  readonly estimator: Estimator;
  readonly case: Case;
  /** Options that are not the defaults, as `name=value`. */
  readonly given?: string;
  /** Of everything that is drawn (default 0). */
  readonly seed?: number;
}

/** The seed of one of the things that are drawn for an entry. */
export const seedFor = ({ seed = 0 }: Pick<Entry, "seed">, which: number): number => 1000 * seed + which;

/** `3 bernoulli units`, `2 categorical variables of 3`: where something was measured. */
export function caseText({ case: c, given }: Pick<Entry, "case" | "given">): string {
  const units =
    c.kind === "categorical"
      ? `${c.event[0]} categorical variables of ${c.categories}`
      : `${c.event[0]} ${c.kind} units`;
  const logit = Math.max(...c.logits.map(Math.abs));
  return `${units}, logits up to ${Number(logit.toPrecision(2))}${given ? `, with ${given}` : ""}`;
}

/** Other values of an option: every other choice, and one number away from the default, within its bounds. */
export function otherValues(spec: OptionSpec): readonly (string | number | boolean)[] {
  if (spec.type === "boolean") return [!spec.default];
  if (spec.type === "choice") return spec.choices.filter((choice) => choice !== spec.default);
  if (spec.integer) return [spec.default + 1 <= spec.max ? spec.default + 1 : spec.default - 1];
  if (spec.default === 0) return [0.6];
  const more = spec.default * 1.7;
  return [more <= spec.max && more >= spec.min ? more : spec.default * 0.6];
}

/**
 * One entry for each option off its default, on one of the kinds that are supported, another for the next option: all
 * kinds are tried with the defaults.
 */
export function variantsOf(
  id: string,
  create: (options: { [name: string]: number | string | boolean }) => Estimator,
  { options }: Estimator,
): readonly Entry[] {
  return Object.entries(options).flatMap(([name, spec]) =>
    otherValues(spec).map((value) => {
      const given = `${name}=${typeof value === "number" ? Number(value.toPrecision(4)) : value}`;
      const estimator = create({ [name]: value });
      const turn = [...`${id}${given}`].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
      return { id, estimator, case: caseOf(estimator.supports[turn % estimator.supports.length]!), given };
    }),
  );
}
