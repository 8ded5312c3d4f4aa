import { LIMIT } from "../audit/statistics.ts";
import { caseText, type Entry } from "./cases.ts";
import { type Outcome, shown } from "./outcome.ts";

/** A state of a case, and the probability that the distribution gives it. */
export interface LikelyState {
  readonly x: readonly number[];
  readonly probability: number;
}

/** Whether samples follow the distribution, and whether other draws could say otherwise. */
export interface LawFinding {
  readonly outcome: Outcome;
  readonly mayBeChance: boolean;
}

/** Pearson's chi-square over all states, named by their codes. */
export function law(
  entry: Entry,
  drawn: readonly number[],
  all: readonly { readonly code: number; readonly probability: number }[],
  values: boolean,
): LawFinding {
  const count = drawn.length;
  const counts = new Map<number, number>();
  for (const state of drawn) counts.set(state, (counts.get(state) ?? 0) + 1);
  const legal = all.reduce((sum, s) => sum + (counts.get(s.code) ?? 0), 0);
  if (legal !== count)
    return {
      mayBeChance: false,
      outcome: {
        claim: values ? "value" : "law",
        holds: false,
        message: values
          ? `the value of ${entry.id} must be f at its sample; for ${count - legal} of ${count} examples it is f of no state (${caseText(entry)}).`
          : `${entry.id} drew ${count - legal} of ${count} samples that are no state of the distribution (${caseText(entry)}).`,
      },
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
export function lawOfSums(
  entry: Entry,
  sums: readonly number[],
  taken: number,
  code: readonly number[],
  all: readonly LikelyState[],
): LawFinding {
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

function lawOutcome(entry: Entry, z: number, count: number): LawFinding {
  const holds = z < LIMIT;
  return {
    mayBeChance: !holds && Number.isFinite(z),
    outcome: {
      claim: "law",
      holds,
      message: `${entry.id} says its samples follow the distribution; over ${count} samples they are ${shown(z)} standard errors from it (${caseText(entry)}).`,
    },
  };
}
