import { Array as ConcreteArray, numpy as np, random, tree } from "@jax-js/jax";
import { enumerateStates } from "../audit/enumerate.ts";
import { LIMIT } from "../audit/statistics.ts";
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
import { type Outcome, shown } from "./outcome.ts";

/** What the value of the surrogate is: f at the first sample, the mean over the samples, or within what f returned. */
export type ValueRule = "first" | "mean" | "within";

/** How many examples; what the value may be; whether the first evaluation is a sample of the distribution. */
export interface SamplesOptions {
  readonly count?: number;
  readonly rules?: readonly ValueRule[];
  readonly samples?: boolean;
}

interface State {
  readonly x: readonly number[];
  readonly probability: number;
}

/** Every state of a case. */
export function statesOf(c: Case): State[] {
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
 * rules for the value, one must hold throughout.
 */
export function samplesAndValues(
  entry: Entry,
  { count = 4000, rules = ["first", "mean", "within"], samples = true }: SamplesOptions = {},
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
  const first = statefulExpectation(q, record, estimator, random.key(seedFor(entry, 3)), estimator.init(q));
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
  if (traced && taken > 1)
    outcomes.push(
      marginals(
        entry,
        values.map((v) => Math.round(v * taken)),
        taken,
        code,
        all,
      ),
    );
  // The first sample of each example: those of a pair are not independent.
  else outcomes.push(law(entry, traced ? values : codes.slice(0, count), coded, traced));
  return outcomes;
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
  const outcome: Outcome = {
    claim: "value",
    holds: rule !== undefined,
    message:
      `the value of ${entry.id} must be f at its sample, or the mean over its samples; for example ${n} it is ` +
      `${shown(values[n]!)}, and f at its first sample is ${shown(losses[n] ?? Number.NaN)} (${caseText(entry)}).`,
  };
  return { outcome, ...(rule ? { rule } : {}) };
}

/** Pearson's chi-square over all states, named by their codes. */
function law(
  entry: Entry,
  drawn: readonly number[],
  all: readonly { readonly code: number; readonly probability: number }[],
  values: boolean,
): Outcome {
  const count = drawn.length;
  const counts = new Map<number, number>();
  for (const state of drawn) counts.set(state, (counts.get(state) ?? 0) + 1);
  const legal = all.reduce((sum, s) => sum + (counts.get(s.code) ?? 0), 0);
  if (legal !== count)
    return {
      claim: values ? "value" : "law",
      holds: false,
      message: values
        ? `the value of ${entry.id} must be f at its sample; for ${count - legal} of ${count} examples it is f of no state (${caseText(entry)}).`
        : `${entry.id} drew ${count - legal} of ${count} samples that are no state of the distribution (${caseText(entry)}).`,
    };
  // States expected less than 5 times share one cell.
  const rare = all.filter((s) => count * s.probability < 5);
  const cells = all
    .filter((s) => count * s.probability >= 5)
    .map((s) => ({ expected: count * s.probability, observed: counts.get(s.code) ?? 0 }));
  if (rare.length > 0)
    cells.push({
      expected: Math.max(1, count - cells.reduce((a, s) => a + s.expected, 0)),
      observed: count - cells.reduce((a, s) => a + s.observed, 0),
    });
  const chi = cells.reduce((sum, s) => sum + (s.observed - s.expected) ** 2 / s.expected, 0);
  // Wilson-Hilferty: (chi/df)^(1/3) is near normal with mean 1 - 2/(9 df) and variance 2/(9 df).
  const spread = 2 / (9 * (cells.length - 1));
  const z = (Math.cbrt(chi / (cells.length - 1)) - (1 - spread)) / Math.sqrt(spread);
  return lawOutcome(entry, z, count);
}

/** Sums of independent samples, as numbers of digits: each digit's mean within its standard error. */
function marginals(
  entry: Entry,
  sums: readonly number[],
  taken: number,
  code: readonly number[],
  all: readonly State[],
): Outcome {
  const base = code[1] ?? Number.POSITIVE_INFINITY;
  const legal = sums.every((v) => Number.isInteger(v) && v >= 0 && v < base ** code.length);
  const z = code.map((unit, i) => {
    const expected = all.reduce((sum, s) => sum + s.probability * s.x[i]!, 0);
    const second = all.reduce((sum, s) => sum + s.probability * s.x[i]! ** 2, 0);
    const mean = sums.reduce((sum, v) => sum + (Math.floor(v / unit) % base), 0) / sums.length / taken;
    return Math.abs(mean - expected) / Math.sqrt((second - expected ** 2) / sums.length / taken);
  });
  return lawOutcome(entry, legal ? Math.max(...z) : Number.POSITIVE_INFINITY, sums.length * taken);
}

function lawOutcome(entry: Entry, z: number, count: number): Outcome {
  return {
    claim: "law",
    holds: z < LIMIT,
    message: `${entry.id} says its samples follow the distribution; over ${count} samples they are ${shown(z)} standard errors from it (${caseText(entry)}).`,
  };
}
