import { choose, combinations, setRows } from "./combinations.ts";
import type { Enumeration } from "./enumeration.ts";

/** Subsets of k out of n under the conditional law, `P(S) proportional to exp(sum of the logits in S)`. */
export function enumerateSubsets(logits: readonly number[], k: number): Enumeration {
  const n = logits.length;
  const count = choose(n, k);
  const order = logits.map((_, i) => i).sort((i, j) => logits[j]! - logits[i]!);
  const inBest = new Set(order.slice(0, k));
  const probabilities = new Float64Array(count);
  let total = 0;
  let s = 0;
  for (const set of combinations(n, k)) {
    // Against the best set, largest with largest: every difference is at most 0, so nothing large cancels.
    const members = new Set(set);
    const gained = order.filter((i) => members.has(i) && !inBest.has(i));
    const lost = order.filter((i) => inBest.has(i) && !members.has(i));
    const gap = gained.reduce((sum, i, at) => sum + (logits[i]! - logits[lost[at]!]!), 0);
    probabilities[s] = Math.exp(gap);
    total += probabilities[s++]!;
  }
  for (s = 0; s < count; s++) probabilities[s]! /= total;
  return {
    count,
    probabilities,
    next: setRows(n, k).next,
    gradient: (f) => {
      // dP(S)/da_i = P(S) (1[i in S] - P(i in S)), as masses with and without i: no difference from 1.
      const mass = { with: new Float64Array(n), without: new Float64Array(n) };
      const value = { with: new Float64Array(n), without: new Float64Array(n) };
      let at = 0;
      for (const set of combinations(n, k)) {
        const members = new Set(set);
        for (let i = 0; i < n; i++) {
          const side = members.has(i) ? "with" : "without";
          mass[side][i]! += probabilities[at]!;
          value[side][i]! += probabilities[at]! * f[at]!;
        }
        at++;
      }
      return logits.map((_, i) => value.with[i]! * mass.without[i]! - value.without[i]! * mass.with[i]!);
    },
  };
}
