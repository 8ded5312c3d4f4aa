import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { type Case, caseOf, caseText, makeDistribution, otherValues } from "../../src/check/cases.ts";
import { checkEstimator } from "../../src/check/index.ts";
import { extremes, needs } from "../../src/check/limits.ts";
import { samplesAndValues, statesOf } from "../../src/check/samples.ts";
import { optionsRefused, readable } from "../../src/check/traits.ts";
import { gradientsToParameters, mapsOverKeys, programOf, transforms } from "../../src/check/transforms.ts";
import { withLogitGradient } from "../../src/estimators/parts/gradient.ts";
import {
  detach,
  type Estimator,
  exact,
  multiplicativeNoise,
  reinforce,
  straightThrough,
} from "../../src/index.ts";
import { close } from "../close.ts";
import { objectives } from "../objectives.ts";
import { states } from "../oracle.ts";

/** Where the parts of the suite draw their lines: estimators that are just within, and just beyond. */

const c = caseOf("bernoulli");
const entryOf = (estimator: Estimator, at: Case = c) => ({ id: "mine", estimator, case: at });
const score = reinforce();
/** REINFORCE whose losses are changed, call by call. */
const changed = (change: (losses: np.Array, call: number) => np.Array): Estimator => {
  let call = 0;
  return {
    ...score,
    losses: (...given) => {
      const result = score.losses(...given);
      return { ...result, losses: change(result.losses, call++) };
    },
  };
};

describe("compiled and mapped gradients", () => {
  // Calls: eager, eager again, compiled (for two keys); and mapped, then compiled for the loop.
  const nth = (n: number, factor: number, size = 1): Estimator =>
    changed((losses, call) => losses.mul(call === n ? size * factor : size));
  const holds = (estimator: Estimator): boolean[] => {
    const entry = entryOf(estimator);
    return transforms(entry, programOf(entry)).map((o) => o.holds);
  };
  test("the same bits for the same key", () => {
    expect(holds(score)).toEqual([true, true, true]);
    expect(holds(nth(1, 1 + 2 ** -22))).toEqual([false, true, true]);
  });
  test("compiled: up to 1e-4 of a number, more or less", () => {
    for (const size of [1, 100])
      for (const off of [0.8e-4, -0.8e-4]) expect(holds(nth(2, 1 + off, size))).toEqual([true, true, true]);
    for (const off of [1.3e-4, -1.3e-4, Number.NaN])
      expect(holds(nth(2, 1 + off))).toEqual([true, false, true]);
  });
  test("mapped over keys, the same", () => {
    const maps = (factor: number): boolean => {
      const entry = entryOf(nth(0, factor));
      return mapsOverKeys(entry, programOf(entry)).holds;
    };
    for (const off of [0, 0.8e-4, -0.8e-4]) expect(maps(1 + off)).toBe(true);
    for (const off of [1.3e-4, -1.3e-4, Number.NaN]) expect(maps(1 + off)).toBe(false);
  });
});

describe("gradients", () => {
  test("to the parameters of f: that of the value", () => {
    const scaled = (factor: number): Estimator =>
      changed((losses) =>
        detach(losses.ref)
          .mul(1 - factor)
          .add(losses.mul(factor)),
      );
    const passes = (factor: number): boolean => gradientsToParameters(entryOf(scaled(factor))).holds;
    expect([1, 0.999, 1.001, 0].map(passes)).toEqual([true, false, false, false]);
    // A bound, which is not linear in w: measured by differences, to 2 %.
    const root = (factor: number): Estimator =>
      changed((losses) => {
        const bound = np.sqrt(np.square(losses).add(100));
        return detach(bound.ref)
          .mul(1 - factor)
          .add(bound.mul(factor));
      });
    const bounded = (factor: number): boolean => gradientsToParameters(entryOf(root(factor))).holds;
    expect([1, 0.7, 1.3].map(bounded)).toEqual([true, false, false]);
  });
  test("values only: a part of the gradient of f is found, of either sign", () => {
    const st = straightThrough();
    const mixed = (share: number): Estimator => ({
      ...score,
      losses: (q, f, noise, state) => {
        const own = score.losses({ ...q, logits: q.logits.ref }, f, noise.ref, state);
        const more = st.losses(q, f, noise, {}).losses;
        return { ...own, losses: own.losses.add(more.ref.sub(detach(more)).mul(share)) };
      },
    });
    const only = (share: number, at = c): boolean => needs(entryOf(mixed(share), at)).holds;
    expect([0, 1e-6, -1e-6, 1e-3, -1e-3].map((share) => only(share))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    // A unit that is nearly always on: all of it has one sign, whichever.
    const sure: Case = { ...c, event: [1], logits: [9] };
    expect([0, 1e-3, -1e-3].map((share) => only(share, sure))).toEqual([true, false, false]);
  });
  test("values only: one that has no gradient at all, or NaN, does not work on them", () => {
    expect(needs(entryOf(changed((losses) => detach(losses)))).holds).toBe(false);
    expect(needs(entryOf(changed((losses) => losses.mul(Number.NaN)))).holds).toBe(false);
  });
  test("finite: at equal logits too", () => {
    const at = (broken: number): Estimator => ({
      ...score,
      losses: (q, ...rest) => {
        const largest = detach(np.max(np.abs(q.logits.ref), -1));
        const bad = np.where(np.equal(largest, broken), Number.NaN, 1);
        const result = score.losses(q, ...rest);
        return { ...result, losses: result.losses.mul(bad) };
      },
    });
    for (const [broken, holds] of [
      [0, false],
      [100, false],
      [50, true],
    ] as const)
      expect(extremes(entryOf(at(broken)), programOf(entryOf(at(broken)))).holds, `${broken}`).toBe(holds);
  });
  test("finite: soft values of hundreds, of which no exponential is asked for", () => {
    const far = multiplicativeNoise({ activation: "rectifier", scale: 8 });
    expect(extremes(entryOf(far), programOf(entryOf(far)))).toMatchObject({ holds: true });
  });
});

test("a small bias that is claimed is looked for with three times the estimates", async () => {
  const exactly = exact();
  /** The exact gradient, noise of 1, and a bias that 2,500 estimates show as 2.7 standard errors, 7,500 as 4.7. */
  const slightly: Estimator = {
    ...score,
    id: "mine",
    supports: ["bernoulli"],
    unbiased: false,
    exactDegree: 0,
    noise: (q, key) => random.normal(key, [...q.logits.shape]),
    losses: (q, f, noise, state) => {
      const { losses } = exactly.losses({ ...q, logits: q.logits.ref }, f, np.zeros([1]), {});
      return { losses: withLogitGradient(q, losses, noise.add(0.054)), state };
    },
  };
  const findings = await checkEstimator(slightly, { samples: 2500 });
  const biases = findings.filter((finding) => finding.claim === "biased");
  expect(biases.length).toBe(2);
  expect(biases.filter((finding) => !finding.holds).map((finding) => finding.message)).toEqual([]);
});

describe("the law of the samples", () => {
  const count = 4000;
  /** An estimator whose sample is the states in these numbers. */
  const drawing = (at: Case, counts: readonly number[]): Estimator => {
    const all = states(at);
    const rows = all.flatMap(({ x }, s) => Array.from({ length: counts[s]! }, () => x));
    expect(rows.length).toBe(count);
    const noise = rows.map((row) => row.map((v) => (v === 1 ? 1e-7 : -1e-7)));
    // Where they are asked again, with more examples, the same shares.
    return { ...score, noise: (q) => np.tile(np.array(noise), [q.batchShape[0]! / count, 1]) };
  };
  const holds = (at: Case, counts: readonly number[]): boolean => {
    const law = samplesAndValues(entryOf(drawing(at, counts), at), { count }).filter(
      (o) => o.claim === "law",
    );
    expect(law.length).toBe(1);
    return law[0]!.holds;
  };
  /** Pearson's chi-square, states expected less than 5 times in one cell, as a normal number by Wilson and Hilferty. */
  const z = (at: Case, counts: readonly number[]): number => {
    const cells = states(at).map((s, i) => ({ expected: count * s.probability, observed: counts[i]! }));
    const common = cells.filter(({ expected }) => expected >= 5);
    const rest = cells.filter(({ expected }) => expected < 5);
    const pooled = rest.reduce(
      (sum, s) => ({ expected: sum.expected + s.expected, observed: sum.observed + s.observed }),
      { expected: 0, observed: 0 },
    );
    const used = rest.length > 0 ? [...common, pooled] : common;
    const chi = used.reduce((sum, s) => sum + (s.observed - s.expected) ** 2 / s.expected, 0);
    const df = used.length - 1;
    return (Math.cbrt(chi / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df));
  };
  const one: Case = { ...c, event: [1], logits: [0.4] };
  const two: Case = { ...c, event: [2], logits: [0.3, -6.5] }; // the second is on 6 times of 4000
  const rare: Case = { ...c, event: [2], logits: [0.3, -7] }; // 3.6 times: two cells, of 1.6 and 2.1, are one
  /** Counts as expected, with some moved from the first state to another. */
  const moved = (at: Case, to: number, by: number): number[] => {
    const counts = states(at).map((s) => Math.round(count * s.probability));
    counts[0]! += count - counts.reduce((a, b) => a + b) - by;
    counts[to]! += by;
    return counts;
  };
  test.each([
    ["one unit", one, 1],
    ["a rare state", two, 3],
    ["rare states in one cell", rare, 3],
  ])("%s: up to 4.5 standard errors", (_name, at, to) => {
    let last = 0;
    while (z(at, moved(at, to, last + 1)) < 4.5) last++;
    expect(last).toBeGreaterThan(3);
    expect([0, last, last + 1].map((by) => holds(at, moved(at, to, by)))).toEqual([true, true, false]);
  });
  test("states are those of the law, with their probabilities", () => {
    for (const kind of ["bernoulli", "categorical", "subset", "binomial"] as const) {
      const ours = statesOf(caseOf(kind));
      const theirs = states(caseOf(kind));
      expect(ours.length).toBe(theirs.length);
      for (const { x, probability } of theirs) {
        const same = ours.find((s) => String(s.x) === String(x));
        close([same!.probability], [probability], { within: 1e-6 });
      }
    }
  });
});

test("objectives are the functions that the tests have in float64, of the degree that they say", () => {
  expect(objectives.map((o) => o.degree)).toEqual([0, 1, 2, 3, 4, "any", "any", "any"]);
  for (const kind of ["bernoulli", "categorical", "poisson"] as const) {
    const at = caseOf(kind);
    const some = states(at).filter((_, s, all) => s % Math.ceil(all.length / 12) === 0);
    const x = np.array(some.flatMap((s) => s.x)).reshape([some.length, ...at.event]);
    for (const { jax, js, name } of objectives) {
      const values = jax(x.ref, at.event.length).js() as number[];
      expect(name.length).toBeGreaterThan(0);
      close(
        values,
        some.map((s) => js(s.x)),
        { within: 1e-5, relative: 1e-5 },
      );
    }
    x.dispose();
  }
});

describe("cases and options", () => {
  test("another value of an option: one more or less, within its bounds", () => {
    const number = { type: "number", help: "" } as const;
    expect(otherValues({ type: "boolean", default: true, help: "" })).toEqual([false]);
    expect(otherValues({ type: "choice", default: "b", choices: ["a", "b", "c"], help: "" })).toEqual([
      "a",
      "c",
    ]);
    expect(otherValues({ ...number, integer: true, default: 4, min: 1, max: 5 })).toEqual([5]);
    expect(otherValues({ ...number, integer: true, default: 5, min: 1, max: 5 })).toEqual([4]);
    expect(otherValues({ ...number, default: 0, min: 0, max: 1 })).toEqual([0.6]);
    expect(otherValues({ ...number, default: 1, min: 1, max: 5 })).toEqual([1.7]);
    expect(otherValues({ ...number, default: 1, min: 0, max: 1.7 })).toEqual([1.7]);
    expect(otherValues({ ...number, default: 1, min: 0, max: 1.5 })).toEqual([0.6]);
    expect(otherValues({ ...number, default: -1, min: -1.5, max: 0 })).toEqual([-0.6]);
  });
  test("in words", () => {
    expect(caseText({ case: caseOf("categorical") })).toBe("2 categorical variables of 3, logits up to 0.63");
    expect(caseText({ case: c, given: "samples=3" })).toBe(
      "3 bernoulli units, logits up to 0.7, with samples=3",
    );
  });
  test("distributions of every kind, with the case's total", () => {
    for (const kind of [
      "bernoulli",
      "categorical",
      "subset",
      "plackett-luce",
      "poisson",
      "binomial",
    ] as const) {
      const at = caseOf(kind);
      const q = makeDistribution(kind, np.array([...at.logits]).reshape([1, ...at.event]));
      expect([q.kind, q.batchShape, q.eventShape]).toEqual([kind, [1], [...at.event]]);
      if (at.total > 0) expect(q.total).toBe(at.total);
      q.logits.dispose();
    }
  });
  test("options just out of range are tried", () => {
    const accepts = (allowed: (value: unknown) => boolean, integer: boolean): boolean => {
      const create = (given: { [name: string]: unknown }): Estimator => {
        for (const [name, value] of Object.entries(given))
          if (name !== "n" || !allowed(value)) throw new RangeError(`no ${name}`);
        return score;
      };
      const spec = { type: "number", default: 3, min: 2, max: 5, integer, help: "" } as const;
      return optionsRefused("mine", create, { n: spec }).every((o) => o.holds);
    };
    const whole = (v: unknown): boolean => Number.isInteger(v) && Number(v) >= 2 && Number(v) <= 5;
    const real = (v: unknown): boolean => typeof v === "number" && v >= 2 && v <= 5;
    expect([accepts(whole, true), accepts(real, false), accepts(real, true)]).toEqual([true, true, false]);
    expect(accepts((v) => whole(v) || v === 1, true)).toBe(false);
    expect(accepts((v) => whole(v) || v === 6, true)).toBe(false);
    expect(accepts((v) => whole(v) || v === null, true)).toBe(false);
  });
  test("traits must agree", () => {
    const holds = (change: object): boolean => readable({ ...score, ...change } as Estimator).holds;
    expect(holds({})).toBe(true);
    for (const change of [
      { id: "Mine" },
      { id: 3 },
      { supports: [] },
      { supports: "bernoulli" },
      { exactDegree: 2 },
      { unbiased: false },
      { title: "" },
      { note: 3 },
      { formula: undefined },
    ])
      expect(holds(change), JSON.stringify(change)).toBe(false);
  });
});
