import { Array as ConcreteArray, numpy as np, random, tree } from "@jax-js/jax";
import { enumerateStates } from "../audit/enumerate.ts";
import { statefulExpectation } from "../expectation.ts";
import { lastAxes } from "../surrogate.ts";
import type { Objective } from "../types.ts";
import {
  type Case,
  caseText,
  type Entry,
  makeDistribution,
  repeatedLogits,
  seedFor,
  widthOf,
} from "./cases.ts";
import { type LikelyState, law, lawOfSums } from "./law.ts";
import { type Outcome, shown, TIMES_AGAIN } from "./outcome.ts";

/** What the value of the surrogate is: f at the first sample, the mean over the samples, or within what f returned. */
export type ValueRule = "first" | "mean" | "within";

/** Seeds of the draws, and of those that are asked where these speak against the law. */
const [DRAWS, NEW_DRAWS] = [3, 13];

/** How many examples; what the value may be; whether the first evaluation is a sample of the distribution; whose draws. */
export interface SamplesOptions {
  readonly count?: number;
  readonly rules?: readonly ValueRule[];
  readonly samples?: boolean;
  readonly draws?: number;
}

/** Every state of a case. */
export function statesOf(c: Case): LikelyState[] {
  const q = makeDistribution(c.kind, np.array([...c.logits]).reshape([...c.event]));
  const states = enumerateStates(q, c.logits);
  q.logits.dispose();
  const width = widthOf(c.event);
  const rows = new Float32Array(states.count * width);
  states.next(rows);
  return Array.from({ length: states.count }, (_, s) => ({
    x: Array.from(rows.subarray(s * width, (s + 1) * width)),
    probability: states.probabilities[s]!,
  }));
}

/**
 * Evaluations, hardness, value and law are as declared, on `count` examples with the same logits. Of several
 * rules for the value, one must hold throughout. A law that does not hold is false only if new draws, more of them, say so too.
 */
export function samplesAndValues(
  entry: Entry,
  { count = 4000, rules = ["first", "mean", "within"], samples = true, draws = DRAWS }: SamplesOptions = {},
): Outcome[] {
  const { estimator, id, case: c } = entry;
  const width = widthOf(c.event);
  const place = caseText(entry);
  const declared = estimator.evaluations(makeDistribution(c.kind, repeatedLogits(c, 2)));
  const seen: Float32Array[] = [];
  let evaluations = 0;
  let traced = false;
  // Digits of a number that names the state: a loss says which sample it is of. A mean of several is told from their sum.
  const highest = c.kind === "poisson" || c.kind === "binomial" ? c.total : 1;
  const taken = rules[0] === "mean" || rules.length > 1 ? Math.max(1, Math.round(declared) || 1) : 1;
  const code = Array.from({ length: width }, (_, i) => (highest * taken + 1) ** i);
  const codesOf = (x: ArrayLike<number>): number[] =>
    Array.from({ length: x.length / width }, (_, row) =>
      code.reduce((sum, digit, i) => sum + digit * x[row * width + i]!, 0),
    );
  const record: Objective = (x) => {
    evaluations += x.size / width / count;
    if (x instanceof ConcreteArray) seen.push(x.ref.dataSync() as Float32Array);
    else traced = true;
    return np.sum(x.mul(np.array(code).reshape([...c.event])), lastAxes(c.event.length));
  };
  const q = makeDistribution(c.kind, repeatedLogits(c, count));
  const first = statefulExpectation(
    q,
    record,
    estimator,
    random.key(seedFor(entry, draws)),
    estimator.init(q),
  );
  tree.dispose(first.state);
  const values = first.losses.js() as number[];
  const severally = estimator.singleSample && declared !== 1 && evaluations === declared;
  const shownOf = (x: unknown): string => (typeof x === "number" ? shown(x) : JSON.stringify(x));
  const outcomes: Outcome[] = [
    {
      claim: "evaluations",
      holds: evaluations === declared && !severally,
      message: severally
        ? `${id} says that it knows f by a single sample (singleSample), and that it evaluates f ${shownOf(declared)} times per example (${place}).`
        : `${id} says it evaluates f ${shownOf(declared)} times per example; it evaluated it ${shown(evaluations)} times (${place}).`,
    },
    ...hardness(entry, count, seen),
  ];
  // A value that is a mean of samples needs every digit: beyond 2^24 float32 has none for the last.
  const exact = (highest * taken + 1) ** width <= 2 ** 24;
  const codes = seen.flatMap(codesOf);
  const value = valueIsAtSample(entry, values, codes, count, rules);
  if (!traced) outcomes.push(value.outcome);
  // A weighted mean of what was evaluated: its first evaluation need not be a sample.
  const weighted = !traced && rules.length > 1 && value.rule !== "first" && value.rule !== "mean";
  if (!samples || weighted || estimator.forward === "soft" || estimator.law === "own" || (traced && !exact))
    return outcomes;
  const all = statesOf(c);
  const coded = all.map((s) => ({ code: codesOf(s.x)[0]!, probability: s.probability }));
  const sums = values.map((v) => Math.round(v * taken));
  // The first sample of each example: those of a pair are not independent.
  const { outcome, mayBeChance } =
    traced && taken > 1
      ? lawOfSums(entry, sums, taken, code, all)
      : law(entry, traced ? values : codes.slice(0, count), coded, traced);
  if (!mayBeChance || draws === NEW_DRAWS) return [...outcomes, outcome];
  const again = samplesAndValues(entry, { count: TIMES_AGAIN * count, rules, samples, draws: NEW_DRAWS });
  return [...outcomes, again.at(-1)!];
}

/** Hard: the sine of whole multiples of pi is zero, whatever is averaged. */
function hardness(entry: Entry, count: number, seen: readonly Float32Array[]): Outcome[] {
  const { estimator, id, case: c } = entry;
  const offGrid: Objective = (x) => np.sum(np.abs(np.sin(x.mul(Math.PI))), lastAxes(c.event.length));
  const q = makeDistribution(c.kind, repeatedLogits(c, count));
  const { losses, state } = statefulExpectation(
    q,
    offGrid,
    estimator,
    random.key(seedFor(entry, 3)),
    estimator.init(q),
  );
  tree.dispose(state);
  const distances = losses.js() as number[];
  const furthest = Math.max(...distances.map(Math.abs));
  const hard = distances.every((v) => Math.abs(v) < 1e-4);
  const between = seen.flatMap((x) => x.find((v) => !Number.isInteger(v)) ?? [])[0];
  const onlyHard = estimator.forward === "hard" && !estimator.needs.includes("soft");
  const found = hard
    ? "all of its samples are hard"
    : `its samples lie between the hard values (|sin(pi x)| adds up to ${shown(furthest)})`;
  return [
    {
      claim: "forward",
      holds: hard === (estimator.forward === "hard") && distances.every(Number.isFinite),
      message: `${id} says its forward value is ${estimator.forward}; ${found} (${caseText(entry)}).`,
    },
    {
      claim: "forward",
      holds: !onlyHard || between === undefined,
      message: `${id} says it evaluates f at hard samples only; ${between === undefined ? "it does" : `it evaluated f at ${shown(between)}`} (${caseText(entry)}).`,
    },
  ];
}

/** The value is f at the sample: the first, the mean over the samples of each example, or a weighted mean of them. */
function valueIsAtSample(
  entry: Entry,
  values: readonly number[],
  losses: readonly number[],
  count: number,
  rules: readonly ValueRule[],
): { outcome: Outcome; rule?: ValueRule } {
  const drawn = losses.length / count;
  const examples = Number.isInteger(drawn) ? [0, 17, count - 1] : [];
  const fails = (rule: ValueRule): number | undefined =>
    examples.find((n) => {
      const rows = Array.from({ length: drawn }, (_, k) => losses[k * count + n]!);
      const mean = rows.reduce((a, b) => a + b, 0) / drawn;
      const slack = 1e-6 * Math.max(1, ...rows.map(Math.abs));
      if (rule === "within")
        return !(values[n]! >= Math.min(...rows) - slack && values[n]! <= Math.max(...rows) + slack);
      return !(Math.abs(values[n]! - (rule === "first" ? rows[0]! : mean)) <= slack);
    });
  const rule = rules.find((one) => fails(one) === undefined);
  const n = (rule === undefined ? fails(rules[0]!) : undefined) ?? 0;
  const overBatch = values.every((v) => v === values[0]) && losses.some((v) => v !== losses[0]);
  const why = overBatch
    ? "; it is the same for every example, as a mean over the batch is: K samples have a leading axis, by noise: (q, key) => drawNoise(q, key, K)"
    : "";
  const outcome: Outcome = {
    claim: "value",
    holds: rule !== undefined,
    message:
      `the value of ${entry.id} must be f at its sample, or the mean over its samples; for example ${n} it is ` +
      `${shown(values[n]!)}, and f at its first sample is ${shown(losses[n] ?? Number.NaN)} (${caseText(entry)})${why}.`,
  };
  return { outcome, ...(rule ? { rule } : {}) };
}
