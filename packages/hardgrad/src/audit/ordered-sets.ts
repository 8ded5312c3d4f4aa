import { choose, combinations, placeOf, setRows } from "./combinations.ts";
import type { Enumeration } from "./enumeration.ts";

/** How many partial sets are visited at most. */
const MOST = 2 ** 22;

/**
 * Sets of k out of n drawn one after the other without replacement. What was drawn so far is a set; the chance of the
 * next element depends on it alone. So probabilities go forward over sets of growing size, and the gradient of `E[f]`
 * comes back over them, `sum over sets R of P(R) J(pi_R) V`, V the mean of f after each choice.
 */
export function enumerateOrderedSets(logits: readonly number[], k: number): Enumeration {
  const n = logits.length;
  const sizes = Array.from({ length: k + 1 }, (_, j) => choose(n, j));
  const visited = sizes.reduce((a, b) => a + b, 0);
  if (!(visited <= MOST))
    throw new RangeError(
      `exactGradient: drawing ${k} of ${n} passes ${visited} partial sets, more than 2^22; use a smaller k or n.`,
    );
  const order = logits.map((_, i) => i).sort((i, j) => logits[j]! - logits[i]!);
  const layers = sizes.map((size) => new Float64Array(size));
  layers[0]![0] = 1;
  /** Calls `visit` with the place of each set of size j, and the elements left, their probabilities and next places. */
  const walk = (
    j: number,
    visit: (place: number, left: readonly number[], p: readonly number[], next: readonly number[]) => void,
  ): void => {
    let place = 0;
    for (const set of combinations(n, j)) {
      const drawn = new Set(set);
      const left = order.filter((i) => !drawn.has(i));
      const weights = left.map((i) => Math.exp(logits[i]! - logits[left[0]!]!));
      const total = weights.reduce((a, b) => a + b, 0);
      const next = left.map((i) => placeOf([...set, i].sort((a, b) => a - b)));
      visit(
        place++,
        left,
        weights.map((w) => w / total),
        next,
      );
    }
  };
  for (let j = 0; j < k; j++)
    walk(j, (place, left, p, next) => {
      for (let c = 0; c < left.length; c++) layers[j + 1]![next[c]!]! += layers[j]![place]! * p[c]!;
    });
  return {
    count: sizes[k]!,
    probabilities: layers[k]!,
    next: setRows(n, k).next,
    gradient: (f) => {
      const gradient = logits.map(() => 0);
      let later = f;
      for (let j = k - 1; j >= 0; j--) {
        const values = new Float64Array(sizes[j]!);
        walk(j, (place, left, p, next) => {
          // Relative to the most probable choice, which comes first: exact where it is nearly certain.
          const best = later[next[0]!]!;
          const excess = p.reduce((sum, pc, c) => sum + pc * (later[next[c]!]! - best), 0);
          values[place] = best + excess;
          for (let c = 0; c < left.length; c++)
            gradient[left[c]!]! += layers[j]![place]! * p[c]! * (later[next[c]!]! - best - excess);
        });
        later = values;
      }
      return gradient;
    },
  };
}
