import { numpy as np } from "@jax-js/jax";
import { enumerated } from "../audit/exact-gradient.ts";
import { LIMIT, momentsOf } from "../audit/statistics.ts";
import type { Estimator } from "../types.ts";
import { type Case, caseText, type Entry, makeDistribution, seedFor, widthOf } from "./cases.ts";
import type { Estimates } from "./estimates.ts";
import { objectiveFor } from "./losses.ts";
import { type CheckObjective, objectives } from "./objectives.ts";
import { type Outcome, shown, TIMES_AGAIN } from "./outcome.ts";

/** For float32: losses are of order 1, with an error of 1e-7 each, and sums of up to six products. */
const FLOOR = 2e-5;

/** What is exact on a case: the gradient of E[f], and the mean of |f|. */
export interface Exact {
  readonly gradient: readonly number[];
  readonly size: number;
}

/** By enumeration. */
export async function exactOf(c: Case, objective: CheckObjective): Promise<Exact> {
  const q = makeDistribution(c.kind, np.array([...c.logits]).reshape([1, ...c.event]));
  const { gradient, probabilities, values } = await enumerated(q, objectiveFor(objective, c));
  q.logits.dispose();
  return { gradient, size: values.reduce((sum, v, s) => sum + probabilities[s]! * Math.abs(v), 0) };
}

/** How far one entry of the gradient is off, in standard errors after the floor. */
export interface Deviation {
  readonly z: number;
  readonly entry: number;
  readonly mean: number;
  readonly exact: number;
}

/** Of estimates `[count * width]`, entry by entry. NaN is infinitely far. */
function deviationsOf(rows: ArrayLike<number>, { gradient, size }: Exact): Deviation[] {
  const width = gradient.length;
  const { mean, variance } = momentsOf(rows, width);
  const count = rows.length / width;
  const floor = FLOOR * Math.max(1, size);
  return gradient.map((exact, entry) => {
    const off = Math.max(0, Math.abs(mean[entry]! - exact) - floor);
    const z = off / (Math.sqrt(variance[entry]! / count) + 1e-9);
    return { z: Number.isNaN(z) ? Number.POSITIVE_INFINITY : z, entry, mean: mean[entry]!, exact };
  });
}

/** The entry that is furthest off. */
function furthest(deviations: readonly Deviation[]): Deviation {
  return deviations.reduce((worst, one) => (one.z > worst.z ? one : worst));
}

/** What an estimator claims to be exact for, by the traits of the instance in hand. */
export function exactFor({ estimator }: Pick<Entry, "estimator">): readonly CheckObjective[] {
  const degree = estimator.exactDegree === "all" ? Number.POSITIVE_INFINITY : estimator.exactDegree;
  return objectives.filter((o) =>
    o.degree === "any"
      ? estimator.unbiased && !(estimator.continuous && o.name === "jump")
      : o.degree <= degree,
  );
}

/** What the two tests of an entry ask for: where it must be exact, and where it may be seen to be biased. */
export function objectivesFor(
  entry: Pick<Entry, "estimator">,
  among: readonly CheckObjective[],
): readonly CheckObjective[] {
  const claimed = exactFor(entry);
  const names = among.map(({ name }) => name);
  return objectives.filter((o) => names.includes(o.name) || !claimed.includes(o));
}

/** Lower degrees first: the least variance. */
function steepest(a: CheckObjective, b: CheckObjective): number {
  return (a.degree === "any" ? 0 : a.degree) - (b.degree === "any" ? 0 : b.degree);
}

function claimed({ unbiased, continuous, exactDegree, id }: Estimator): string {
  if (unbiased) return `${id} says it is unbiased${continuous ? " for a continuous f" : ""}`;
  return exactDegree === 0
    ? `${id} says it is exact for constants`
    : `${id} says it is exact for polynomials of degree ${exactDegree}`;
}

/** How many estimates, by what, against which exact gradient. */
export interface BiasOptions {
  readonly count: number;
  /** Of the entry's estimator on the objectives in question, at least. */
  readonly estimates: Estimates;
  readonly exact?: (c: Case, objective: CheckObjective) => Exact | Promise<Exact>;
}

/**
 * No bias on the objectives that are given: one outcome each. Where estimates are off, the claim is false only if new ones,
 * more of them, put the same logit off on the same side.
 */
export async function unbiased(
  entry: Entry,
  among: readonly CheckObjective[],
  { count, estimates, exact = exactOf }: BiasOptions,
): Promise<Outcome[]> {
  const { estimator, case: c } = entry;
  const drawn = async (some: readonly CheckObjective[], times: number, which: number) => {
    const all = some.length > 0 ? await estimates.of(c, some, times * count, seedFor(entry, which)) : [];
    return Promise.all(
      some.map(async (objective, j) => ({
        objective,
        count: all[j]!.length / widthOf(c.event),
        deviations: deviationsOf(all[j]!, await exact(c, objective)),
      })),
    );
  };
  const first = (await drawn(among, 1, 11)).map((set) => ({ ...set, worst: furthest(set.deviations) }));
  const suspect = first.filter(({ worst }) => !(worst.z < LIMIT)).map(({ objective }) => objective);
  const second = await drawn(suspect, TIMES_AGAIN, 12);
  return first.map(({ objective, count: n, worst }): Outcome => {
    const again = second.find((set) => set.objective === objective);
    const same = again?.deviations[worst.entry];
    const holds = same === undefined || isChance(worst, same);
    const more = !again || !same ? "" : `; over ${again.count} new ones it is ${far(same.z)} off, ${holds ? "so that was chance" : "to the same side"}`; // biome-ignore format: one thought
    return {
      claim: "exact",
      holds,
      message:
        `${claimed(estimator)}; on the ${objective.name} objective (${caseText(entry)}) its mean over ` +
        `${n} estimates is ${far(worst.z)} from the exact gradient (logit ${worst.entry}: ${shown(worst.mean)}, exact ${shown(worst.exact)})${more}.`,
    };
  });
}

/** Whether new estimates take back what the first ones said: they are not off, or to the other side. NaN is no chance. */
function isChance(first: Deviation, again: Deviation): boolean {
  const opposite = (first.mean - first.exact) * (again.mean - again.exact) < 0;
  return Number.isFinite(first.z) && Number.isFinite(again.z) && (again.z < LIMIT || opposite);
}

const far = (z: number): string => `${z > 1e4 ? "more than 10000" : shown(z)} standard errors`;

/** Bias on some objective that the entry does not claim to be exact for. */
export async function biased(
  entry: Entry,
  { count, estimates, exact = exactOf }: BiasOptions,
): Promise<Outcome> {
  const { estimator, case: c, id } = entry;
  const found: string[] = [];
  const outcome = (holds: boolean, seen: string): Outcome => ({
    claim: "biased",
    holds,
    message: `${id} says it is biased${estimator.exactDegree === 0 ? "" : ` above degree ${estimator.exactDegree}`}; ${seen}`,
  });
  const unclaimed = objectives.filter((o) => !exactFor(entry).includes(o)).sort(steepest);
  // Most are seen in few estimates.
  for (const few of [count / 6, count])
    for (const objective of unclaimed) {
      const [rows] = await estimates.of(c, [objective], few, seedFor(entry, 5));
      const { z } = furthest(deviationsOf(rows!, await exact(c, objective)));
      if (z > LIMIT)
        return outcome(
          true,
          `on the ${objective.name} objective (${caseText(entry)}) its mean is ${shown(z)} standard errors off.`,
        );
      if (few === count) found.push(`${objective.name} ${shown(z)}`);
    }
  return outcome(
    false,
    `no bias was found in ${count} estimates (${caseText(entry)}; standard errors: ${found.join(", ")}), so it claims too little.`,
  );
}
