import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { unbiased } from "../../src/check/bias.ts";
import { caseOf } from "../../src/check/cases.ts";
import { type Estimates, estimatesOf } from "../../src/check/estimates.ts";
import { objectiveOf } from "../../src/check/objectives.ts";
import { samplesAndValues } from "../../src/check/samples.ts";
import { withLogitGradient } from "../../src/estimators/parts/gradient.ts";
import { type Estimator, exact, reinforce } from "../../src/index.ts";

/** A claim that draws speak against is false only if new ones do so too, and on the same side. */

const c = caseOf("bernoulli");
const linear = objectiveOf("linear");

describe("bias", () => {
  /** Rows whose mean is this many standard errors from an exact gradient of 0.5, the noise being 1. */
  const rows = (count: number, z: number): Float32Array =>
    Float32Array.from({ length: count * 3 }, (_, i) =>
      i % 3 === 1 ? 0.5 + z / Math.sqrt(count) + (Math.floor(i / 3) % 2 ? 1 : -1) : 0.5,
    );
  const of = async (first: number, again: number) => {
    const asked: number[] = [];
    const seeds: number[] = [];
    const estimates: Estimates = {
      of: async (_c, chosen, count, seed) => {
        asked.push(count);
        seeds.push(seed);
        return chosen.map(() => rows(count, asked.length === 1 ? first : again));
      },
      dispose: () => {},
    };
    const entry = { id: "mine", estimator: reinforce(), case: c };
    const known = { gradient: [0.5, 0.5, 0.5], size: 1 };
    const [outcome] = await unbiased(entry, [linear], { count: 1000, estimates, exact: () => known });
    expect(new Set(seeds).size).toBe(asked.length);
    return { ...outcome!, asked };
  };
  test.each([
    ["not off", 4.3, 99, true, 1],
    ["off, and new ones are not", 4.7, 4.3, true, 2],
    ["off, and new ones to the other side", 4.7, -9, true, 2],
    ["off, and so are new ones", 4.7, 4.7, false, 2],
    ["off below, and so are new ones", -4.7, -4.7, false, 2],
    ["NaN", Number.NaN, 0, false, 2],
    ["off, and NaN", 4.7, Number.NaN, false, 2],
  ])("%s", async (_name, first, again, holds, sets) => {
    const outcome = await of(first, again);
    expect(outcome.holds).toBe(holds);
    expect(outcome.asked).toEqual([1000, 4000].slice(0, sets));
  });
  test("in words", async () => {
    const first =
      /^reinforce says it is unbiased; on the linear objective \(3 bernoulli units, logits up to 0\.7\) its mean over 1000 estimates is [\d.]+ standard errors from the exact gradient \(logit 1: [\d.]+, exact 0\.5\)/;
    for (const [z, again, end] of [
      [1, 0, /exact 0\.5\)\.$/],
      [5, 1, /\); over 4000 new ones it is [\d.]+ standard errors off, so that was chance\.$/],
      [5, 9, /\); over 4000 new ones it is [\d.]+ standard errors off, to the same side\.$/],
    ] as const) {
      const { message } = await of(z, again);
      expect(message).toMatch(first);
      expect(message).toMatch(end);
    }
  });

  test("REINFORCE by seed 4, where 10,000 estimates of a jump are 4.53 standard errors off", async () => {
    const [estimator, at, jump] = [reinforce(), caseOf("categorical"), objectiveOf("jump")];
    const estimates = estimatesOf(estimator, at, [jump]);
    const entry = { id: "reinforce", estimator, case: at, seed: 4 };
    const [outcome] = await unbiased(entry, [jump], { count: 10_000, estimates });
    estimates.dispose();
    expect(outcome!.message).toMatch(/ 4\.53 standard errors .* so that was chance\.$/);
    expect(outcome!.holds).toBe(true);
  });

  /** The exact gradient, noise of 1, and a bias. */
  const slightly = (bias: number): Estimator => {
    const right = exact();
    return {
      ...reinforce(),
      noise: (q, key) => random.normal(key, [...q.logits.shape]),
      losses: (q, f, noise, state) => {
        const { losses } = right.losses({ ...q, logits: q.logits.ref }, f, np.zeros([1]), {});
        return { losses: withLogitGradient(q, losses, noise.add(bias)), state };
      },
    };
  };
  test("a slight one is found with each of three seeds, and none where there is none", async () => {
    // Of 10,000 estimates: 6 and 0 standard errors. The first set misses 6 with probability 0.07 for each of three logits.
    for (const [bias, holds] of [
      [0.06, false],
      [-0.06, false],
      [0, true],
    ] as const) {
      const estimator = slightly(bias);
      const estimates = estimatesOf(estimator, c, [linear]);
      for (const seed of [0, 1, 2]) {
        const entry = { id: "mine", estimator, case: c, seed };
        const [outcome] = await unbiased(entry, [linear], { count: 10_000, estimates });
        expect(outcome!.holds, outcome!.message).toBe(holds);
      }
      estimates.dispose();
    }
  });
});

describe("the law of the samples", () => {
  const score = reinforce();
  /** Draws whose logits are shifted: in the first set, and in new ones. */
  const shifted = (first: number, again: number): Estimator => ({
    ...score,
    losses: (q, ...rest) => {
      const by = q.batchShape[0]! > 4000 ? again : first;
      return score.losses({ ...q, logits: q.logits.add(by) }, ...rest);
    },
  });
  const lawOf = (estimator: Estimator) => {
    const outcomes = samplesAndValues({ id: "mine", estimator, case: c });
    expect(outcomes.filter(({ claim }) => claim === "law").length).toBe(1);
    return outcomes.at(-1)!;
  };
  test("draws that are off are told from a law that is", () => {
    expect(lawOf(score)).toMatchObject({ claim: "law", holds: true });
    expect(lawOf(shifted(0.5, 0)).holds).toBe(true);
    expect(lawOf(shifted(0.5, 0.5)).holds).toBe(false);
    expect(lawOf(shifted(0, 0.5)).holds).toBe(true);
    expect(lawOf(shifted(0.5, 0)).message).toMatch(/over 16000 samples they are/);
  });
  test("new ones are drawn from another key", () => {
    const keys: string[] = [];
    const noted: Estimator = {
      ...shifted(0.5, 0.5),
      noise: (q, key) => {
        keys.push(String(key.ref.js()));
        return score.noise(q, key);
      },
    };
    lawOf(noted);
    expect(new Set(keys).size).toBe(2);
  });
});
