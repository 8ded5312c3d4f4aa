import { jit, numpy as np, random } from "@jax-js/jax";
import { grad, statefulExpectation } from "hardgrad";
import { describe, expect, test } from "vitest";
import { numbers } from "../close.ts";
import { caseOf, makeDistribution, repeatedLogits, supported } from "../harness.ts";

/** The baseline of one is the mean loss of the other examples, the temperature of the other the mean of their confidence. */
const together = ["reinforce-leave-one-out", "straight-through-adaptive"];
const apart = supported.filter((e) => e.case === caseOf(e.case.kind) && !together.includes(e.id));

const [batch, broken] = [3, 1];

describe("what is NaN in one example leaves the gradients of the others as they are", () => {
  for (const { id, estimator, case: c } of apart)
    test(`${id}, ${c.kind}`, () => {
      const size = c.event.reduce((a, b) => a * b, 1);
      const others = (values: readonly number[], width: number): number[] =>
        values.filter((_, i) => Math.floor(i / width) !== broken);
      const loss = (a: np.Array, weights: np.Array, key: np.Array): np.Array => {
        const q = makeDistribution(c.kind, a);
        const axes = c.event.map((_, i) => i - c.event.length);
        const f = (x: np.Array): np.Array => np.square(np.sum(x, axes).sub(0.3)).mul(weights.ref);
        const { losses, state } = statefulExpectation(q, f, estimator, key, estimator.init(q));
        weights.dispose();
        for (const array of Object.values(state)) array.dispose();
        return losses;
      };
      const slope = jit(grad((a: np.Array, w: np.Array, key: np.Array) => np.sum(loss(a, w, key))));
      const row = (value: number, width: number): np.Array =>
        np.where(
          np.equal(np.arange(batch), broken).reshape([batch, ...(width ? c.event.map(() => 1) : [])]),
          value,
          0,
        );
      const run = (a: np.Array, w: np.Array): number[] => numbers(slope(a, w, random.key(2)));
      const logits = (): np.Array => repeatedLogits(c, batch);
      const right = others(run(logits(), np.ones([batch])), size);
      expect(right.every(Number.isFinite)).toBe(true);
      expect(others(run(logits().add(row(Number.NaN, 1)), np.ones([batch])), size)).toEqual(right);
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
        expect(others(run(logits(), np.ones([batch]).add(row(value, 0))), size)).toEqual(right);
    });
});
