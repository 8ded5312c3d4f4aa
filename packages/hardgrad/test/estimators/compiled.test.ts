import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { catalogue, grad, type Objective, statefulExpectation } from "../../src/index.ts";
import { close } from "../close.ts";
import { type Entry, makeDistribution, oneOfEach, repeatedLogits, title } from "../harness.ts";
import { exactGradient } from "../oracle.ts";
import { structuredLosses } from "./structured-losses.ts";

const BATCH = 3;

/** Gradients `[losses][batch, ...event]` of every objective, with the same noise for each. */
function gradientsOf({ estimator, case: c }: Entry, objectives: readonly Objective[]) {
  return (logits: np.Array, key: np.Array): np.Array[] => {
    const found = objectives.map((f) =>
      grad((a: np.Array) => {
        const q = makeDistribution(c.kind, a);
        const start = estimator.init(makeDistribution(c.kind, np.zeros([BATCH, ...c.event])));
        const { losses, state } = statefulExpectation(q, f, estimator, key.ref, start);
        for (const array of Object.values(state)) array.dispose();
        return np.sum(losses);
      })(logits.ref),
    );
    logits.dispose();
    key.dispose();
    return found;
  };
}

const flat = (x: np.Array): number[] => x.reshape([-1]).js() as number[];

describe("compiled equals eager equals the same loss as a product", () => {
  test("every estimator is here", () => expect(oneOfEach.length).toBe(catalogue.length));
  for (const entry of oneOfEach)
    test(title(entry), () => {
      const { case: c, estimator } = entry;
      const axes = c.event.length;
      const sliced = structuredLosses.map(
        ({ f }): Objective =>
          (x) =>
            f(x, axes),
      );
      const dense = structuredLosses.map(({ f, weights }): Objective => {
        const w = weights?.(c.event.at(-1)!);
        return (x) =>
          w
            ? np.sum(
                x.mul(np.array(w)),
                Array.from({ length: axes }, (_, i) => -1 - i),
              )
            : f(x, axes);
      });
      // The mean over the last axis alone is that over the event, times the other axes.
      const scale = (name: string): number =>
        name === "linear" ? 1 / (c.event.length > 1 ? c.event[0]! : 1) : 1;
      const eager = gradientsOf(entry, sliced)(repeatedLogits(c, BATCH), random.key(5)).map(flat);
      const compiled = jit(gradientsOf(entry, sliced))(repeatedLogits(c, BATCH), random.key(5)).map(flat);
      const products = gradientsOf(entry, dense)(repeatedLogits(c, BATCH), random.key(5)).map(flat);
      for (const [i, { name, weights }] of structuredLosses.entries()) {
        // Sums of a few products of order 1 in float32, in another order; differences of losses divided by samples.
        const tolerance = { within: 2e-5, relative: 2e-5 };
        try {
          close(compiled[i]!, eager[i]!, tolerance);
          close(
            eager[i]!,
            products[i]!.map((g) => g * scale(name)),
            tolerance,
          );
          if (estimator.id !== "exact") continue;
          const last = c.event.at(-1)!;
          const w = weights?.(last);
          const js = (x: readonly number[]): number =>
            w
              ? x.reduce((sum, v, j) => sum + v * w[j % last]! * scale(name), 0)
              : (x.reduce((a, b) => a + b) - 0.3) ** 2 + x.reduce((sum, v) => sum + (v - 0.2) ** 2, 0);
          const { gradient } = exactGradient(c, js);
          close(compiled[i]!, Array.from({ length: BATCH }, () => gradient).flat(), tolerance);
        } catch (error) {
          throw new Error(name, { cause: error });
        }
      }
    });
});
