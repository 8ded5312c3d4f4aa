import "../setup.ts";
import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { checkCompiled } from "../../src/audit/compiled-check.ts";
import { bernoulli, type Objective } from "../../src/index.ts";

/** An objective that is another one when it is compiled, as by a compiler that is wrong. */
const twofold =
  (eager: (x: np.Array) => np.Array, compiled: (losses: np.Array) => np.Array): Objective =>
  (x) => {
    const one = x instanceof ConcreteArray;
    const losses = eager(np.sum(x, -1));
    return one ? losses : compiled(losses);
  };
const check = (f: Objective): Promise<void> => checkCompiled(bernoulli(np.array([0.1, -0.2, 0.3])), f, false);

describe("eager and compiled values of an objective", () => {
  // 1000 where two or more of the units are on, else 1/100: both are among the samples.
  const sizes = (x: np.Array): np.Array => np.where(np.greater(x, 1.5), 1000, 0.01);
  test("may differ by a thousandth of the largest, also where the value is small", async () => {
    await check(twofold(sizes, (y) => y.add(0.9)));
    await check(twofold(sizes, (y) => y.sub(0.9)));
    for (const off of [1.1, -1.1])
      await expect(check(twofold(sizes, (y) => y.add(off)))).rejects.toThrow(
        /^audit: the value of the objective is .* compiled by jit/,
      );
    await check(
      twofold(
        (x) => np.negative(sizes(x)),
        (y) => y.add(0.9),
      ),
    );
  });
  test("of an objective that is 0: by 1e-9", async () => {
    const zero = (x: np.Array): np.Array => x.mul(0);
    await check(twofold(zero, (y) => y.add(0.9e-9)));
    await expect(check(twofold(zero, (y) => y.add(1.1e-9)))).rejects.toThrow(/is 0 run step by step/);
  });
  test("are both finite or both not, and what is not finite says nothing of the size", async () => {
    const open = (x: np.Array): np.Array => np.where(np.greater(x, 1.5), Number.POSITIVE_INFINITY, 1);
    await check(twofold(open, (y) => y));
    await expect(check(twofold(open, (y) => np.minimum(y, 5)))).rejects.toThrow(/is Infinity run step/);
    await expect(check(twofold(open, (y) => y.add(0.1)))).rejects.toThrow(/is 1 run step by step and 1.1/);
    await expect(check(twofold(sizes, (y) => y.mul(Number.NaN)))).rejects.toThrow(/NaN compiled/);
  });
});
