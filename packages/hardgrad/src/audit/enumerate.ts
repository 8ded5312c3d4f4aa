import type { Distribution } from "../types.ts";
import type { Enumeration } from "./enumeration.ts";
import { enumerateOrderedSets } from "./ordered-sets.ts";
import { enumerateSubsets } from "./subsets.ts";
import { type VariableValue, variables } from "./variables.ts";

/**
 * Every state with its probability. Probabilities and their derivatives are products and quotients made afresh for each
 * state, never running sums or differences of logarithms: logits of +-3e38 give exact zeros.
 */
export function enumerateStates(q: Distribution, logits: readonly number[]): Enumeration {
  if (q.kind === "subset") return enumerateSubsets(logits, q.total);
  if (q.kind === "plackett-luce") return enumerateOrderedSets(logits, q.total);
  return enumerateProduct(variables(q, logits));
}

/** States of independent variables; the first variable changes fastest. */
function enumerateProduct(all: readonly (readonly VariableValue[])[]): Enumeration {
  const count = all.reduce((product, values) => product * values.length, 1);
  const offsets: number[] = [];
  let width = 0;
  for (const values of all) {
    offsets.push(width);
    width += values[0]!.entries.length;
  }
  const probabilities = new Float64Array(count);
  const index = all.map(() => 0);
  const advance = (): void => {
    for (const [v, values] of all.entries()) {
      index[v]!++;
      if (index[v]! < values.length) return;
      index[v] = 0;
    }
  };
  let done = 0;
  return {
    count,
    probabilities,
    next: (block) => {
      const rows = Math.min(Math.floor(block.length / width), count - done);
      for (let r = 0; r < rows; r++) {
        let probability = 1;
        for (const [v, values] of all.entries()) {
          const value = values[index[v]!]!;
          probability *= value.probability;
          block.set(value.entries, r * width + offsets[v]!);
        }
        probabilities[done++] = probability;
        advance();
      }
      return rows;
    },
    gradient: (f) => {
      index.fill(0);
      // Mass of f by variable and value, the variable's own probability left out: the derivative takes its place.
      const masses = all.map((values) => new Float64Array(values.length));
      const after = new Float64Array(all.length + 1).fill(1);
      for (let s = 0; s < count; s++) {
        for (let v = all.length - 1; v >= 0; v--) after[v] = after[v + 1]! * all[v]![index[v]!]!.probability;
        let before = f[s]!;
        for (let v = 0; v < all.length; v++) {
          const i = index[v]!;
          masses[v]![i]! += before * after[v + 1]!;
          before *= all[v]![i]!.probability;
        }
        advance();
      }
      return all.flatMap((values, v) =>
        values[0]!.slope.map((_, j) =>
          values.reduce((sum, value, i) => sum + masses[v]![i]! * value.slope[j]!, 0),
        ),
      );
    },
  };
}
