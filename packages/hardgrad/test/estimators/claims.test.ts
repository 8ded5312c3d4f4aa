import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  catalogue,
  distributionFunctions,
  exactGradient,
  expectation,
  grad,
  mve,
  nvil,
  type Objective,
  reinmax,
} from "../../src/index.ts";
import { caseOf, estimates } from "../harness.ts";
import { objectives } from "../objectives.ts";
import { meanAndError, exactGradient as oracle } from "../oracle.ts";

/** A claim is true for the distribution and the options in hand, not for the defaults alone. */

const objective = (name: string) => objectives.find((o) => o.name === name)!;

describe("claims under options", () => {
  test("ReinMax is exact for quadratics at temperature 1, for constants only at any other", async () => {
    expect(reinmax().exactDegree).toBe(2);
    expect(reinmax({ temperature: 1 }).exactDegree).toBe(2);
    for (const temperature of [1.3, 2, np.array(1.3)]) expect(reinmax({ temperature }).exactDegree).toBe(0);
    const c = caseOf("categorical");
    const { mean, error } = meanAndError(
      await estimates(reinmax({ temperature: 1.3 }), c, objective("linear"), 20_000, 3),
      6,
    );
    const { gradient } = oracle(c, objective("linear").js);
    const z = mean.map((m, i) => Math.abs(m - gradient[i]!) / error[i]!);
    expect(Math.max(...z)).toBeGreaterThan(4.5);
  });
  test("MVE by integers is for f of the category's number: a linear f of the one-hot sample is not that", async () => {
    expect(mve().exactDegree).toBe(1);
    expect(mve({ temperature: np.array(5) }).exactDegree).toBe(1);
    expect(mve({ embedding: "integer" }).exactDegree).toBe(0);
    const c = caseOf("categorical");
    const rows = await estimates(mve({ embedding: "integer" }), c, objective("linear"), 20_000, 3);
    const { mean, error } = meanAndError(rows, 6);
    const { gradient } = oracle(c, objective("linear").js);
    const z = mean.map((m, i) => Math.abs(m - gradient[i]!) / error[i]!);
    expect(Math.max(...z)).toBeGreaterThan(4.5);
  });
  test("NVIL is unbiased without normalisation only", () => {
    expect([nvil().unbiased, nvil().exactDegree]).toEqual([true, "all"]);
    const normalised = nvil({ normalize: true });
    expect([normalised.unbiased, normalised.exactDegree]).toEqual([false, 0]);
  });
  test("sums over another law say so", () => {
    const own = catalogue.filter((e) => e.create().law === "own").map((e) => e.id);
    expect(own).toEqual(
      expect.arrayContaining(["sparsemax-marginal", "entmax-marginal", "imle", "adaptive-imle"]),
    );
  });
});

describe("hard-sigmoid probabilities", () => {
  const logits = [0.4, -0.5, 0.2, 1.7];
  const hard = (a: np.Array) => bernoulli(a, { probability: "hard-sigmoid" });
  const linear: Objective = (b) => np.sum(b.mul(np.array([1, -0.7, 0.5, 2])), -1);
  const quadratic: Objective = (b) => np.square(linear(b).sub(0.3));
  const gradientOf = (f: Objective, estimator: (typeof catalogue)[number]) =>
    grad((a: np.Array) => np.mean(expectation(hard(a), f, estimator.create(), random.key(1))).mul(4000))(
      np.broadcastTo(np.array(logits), [4000, 4]),
    );
  const accepting = [
    "exact",
    "straight-through",
    "straight-through-sigmoid",
    "straight-through-hard-sigmoid",
  ];

  test("accepted where the formula goes through the probability, refused by name elsewhere", () => {
    for (const entry of catalogue) {
      const estimator = entry.create();
      expect(estimator.probabilities?.includes("hard-sigmoid") ?? false, entry.id).toBe(
        accepting.includes(entry.id),
      );
      if (!estimator.supports.includes("bernoulli") || accepting.includes(entry.id)) continue;
      const q = hard(np.array([logits, logits]));
      expect(
        () => expectation(q, linear, { ...estimator, init: () => ({}) }, random.key(0)),
        entry.id,
      ).toThrow(/needs sigmoid probabilities, but this distribution has hard-sigmoid ones/);
    }
  });
  test("exact, and straight-through by the derivative, agree with the closed form", async () => {
    const right = { linear: [0.5, -0.35, 0.25, 0] };
    for (const id of ["exact", "straight-through-sigmoid", "straight-through-hard-sigmoid"]) {
      const rows = gradientOf(linear, catalogue.find((e) => e.id === id)!).js() as number[][];
      for (const [i, g] of right.linear.entries()) expect(rows[0]![i], `${id} ${i}`).toBeCloseTo(g, 5);
    }
    const { gradient } = await exactGradient(hard(np.array(logits)), quadratic);
    const rows = gradientOf(quadratic, catalogue.find((e) => e.id === "exact")!).js() as number[][];
    for (const [i, g] of gradient.entries()) expect(rows[0]![i]).toBeCloseTo(g, 5);
  });
  test("what is written for the sigmoid refuses the law", () => {
    const { score, logProbability, relaxed } = distributionFunctions.bernoulli;
    const q = () => hard(np.array([0.2, 0.4]));
    const b = () => np.array([1, 0]);
    expect(() => score(q(), b())).toThrow(/no score for hard-sigmoid/);
    expect(() => logProbability(q(), b())).toThrow(/no log-probability for hard-sigmoid/);
    expect(() => relaxed!(q(), np.array([0.3, 0.4]), 1)).toThrow(/no relaxed sample for hard-sigmoid/);
  });
});
