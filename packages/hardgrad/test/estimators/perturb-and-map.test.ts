import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { maximizer, perturbation } from "../../src/estimators/parts/maximizer.ts";
import { adaptiveImle, imle, subset } from "../../src/index.ts";

const DRAWS = 20_000;
const ROUNDS = 2;

/** Total variation between perturb-and-MAP's subsets and the conditional law, of 40,000 draws. */
function variation(logits: readonly number[], k: number): number {
  const n = logits.length;
  const draw = jit((key: np.Array) => {
    const q = subset(np.broadcastTo(np.array([...logits]).reshape([1, n]), [DRAWS, n]), k);
    return maximizer(q, q.logits.ref.add(perturbation(q, key)));
  });
  const counts = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const drawn = draw(random.key(round + 1)).dataSync();
    for (let i = 0; i < DRAWS; i++) {
      let set = 0;
      for (let j = 0; j < n; j++) set += drawn[i * n + j]! * 2 ** j;
      counts.set(set, (counts.get(set) ?? 0) + 1 / (DRAWS * ROUNDS));
    }
  }
  draw.dispose();
  const ones = (set: number): number[] => logits.map((_, j) => Math.floor(set / 2 ** j) % 2);
  const sets = Array.from({ length: 2 ** n }, (_, s) => s).filter(
    (s) => ones(s).reduce((a, b) => a + b) === k,
  );
  const weights = sets.map((s) => Math.exp(ones(s).reduce((sum, b, j) => sum + b * logits[j]!, 0)));
  const total = weights.reduce((a, b) => a + b);
  return sets.reduce((sum, s, i) => sum + Math.abs((counts.get(s) ?? 0) - weights[i]! / total) / 2, 0);
}

describe("the law of I-MLE's subsets", () => {
  const logits = [0.4, -0.8, 0.6, -0.3, 0.9, 0.1];
  // Chance alone gives 0.0095 at most at 40,000 draws of up to 20 subsets, and the page has two digits.
  test("is as far from the conditional one as its page says", () => {
    for (const [k, stated] of [
      [1, 0],
      [2, 0.16],
      [3, 0.34],
      [5, 0.44],
    ] as const)
      expect(Math.abs(variation(logits, k) - stated), `k = ${k}`).toBeLessThan(0.0145);
    expect(variation([0.3, 0.3, 0.3, 0.3, 0.3, 0.3], 3)).toBeLessThan(0.0145);
  });
  test("is stated where one reads it", () => {
    for (const e of [imle(), adaptiveImle()]) {
      expect(e.law).toBe("own");
      expect(e.note).toMatch(/sharper than the conditional law/);
    }
  });
});

test("k noises of a subset add up to the largest of ten exponentials less log 10, a Gumbel's neighbour", () => {
  const count = 20_000;
  for (const k of [2, 3, 5]) {
    const q = subset(np.zeros([count, k]), k);
    const sums = Array.from(np.sum(perturbation(q, random.key(5)), -1).dataSync() as Float32Array).sort(
      (a, b) => a - b,
    );
    const law = (x: number): number => (1 - Math.exp(-Math.max(0, x + Math.log(10)))) ** 10;
    const gumbel = (x: number): number => Math.exp(-Math.exp(-x));
    const distance = (f: (x: number) => number): number =>
      sums.reduce((most, x, i) => Math.max(most, Math.abs(f(x) - (i + 0.5) / count)), 0);
    // Kolmogorov: above 1.95 / sqrt(20,000) with probability 1e-3.
    expect(distance(law), `k = ${k}`).toBeLessThan(0.0138);
    // Ten terms of an endless sum: within 0.03 of the Gumbel.
    expect(distance(gumbel), `k = ${k}`).toBeLessThan(0.043);
  }
});
