import { grad, jit, numpy as np, random, vmap } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { catalogue, expectation, type Objective, statefulExpectation, through } from "../src/index.ts";
import { detach, lastAxes } from "../src/surrogate.ts";
import { cases, estimates, makeDistribution, repeated, supported } from "./harness.ts";
import { objectives } from "./objectives.ts";
import { exactGradient, meanAndError, states } from "./oracle.ts";

/**
 * Every property that an entry of the catalogue declares is checked here for every entry.
 * Bias: |z| > 4.5 standard errors, after a floor of 2e-5 for float32 (losses are of order 1, with an error of
 * 1e-7 each, and sums of up to six products). With some 600 comparisons a false alarm at 4.5 has probability 0.4 %;
 * seeds are fixed, so it would show once and for ever.
 */
const LIMIT = 4.5;
const FLOOR = 2e-5;
const COUNT = 30_000;

const width = (event: readonly number[]): number => event.reduce((a, b) => a * b, 1);

/** Largest |estimate - exact| in standard errors after the floor. */
async function worst(
  entry: (typeof supported)[number],
  objective: (typeof objectives)[number],
  seed: number,
): Promise<number> {
  const { estimator, case: c } = entry;
  const f: Objective = (x) => objective.jax(x, c.event.length);
  const rows = await estimates(estimator, c, f, COUNT, seed);
  const { mean, error } = meanAndError(rows, width(c.event));
  const { gradient } = exactGradient(c.kind, c.logits, objective.js, c.categories);
  const z = mean.map((m, i) => Math.max(0, Math.abs(m - gradient[i]!) - FLOOR) / (error[i]! + 1e-9));
  return Math.max(...z);
}

const title = (entry: (typeof supported)[number]): string =>
  `${entry.id}, ${entry.case.kind}, first logit ${entry.case.logits[0]!.toFixed(2)}`;

describe("bias is as declared", () => {
  for (const entry of supported) {
    const { estimator } = entry;
    const degree = estimator.exactDegree === "all" ? Number.POSITIVE_INFINITY : estimator.exactDegree;
    const exactFor = objectives.filter((o) => (o.degree === "any" ? estimator.unbiased : o.degree <= degree));
    test(`${title(entry)}: no bias on ${exactFor.map((o) => o.name).join(", ")}`, async () => {
      for (const [i, objective] of exactFor.entries())
        expect(await worst(entry, objective, 11 + i), objective.name).toBeLessThan(LIMIT);
    });
    if (estimator.unbiased) continue;
    test(`${title(entry)}: bias is seen one degree above ${estimator.exactDegree}`, async () => {
      const objective = objectives.find((o) => o.degree === degree + 1)!;
      expect(await worst(entry, objective, 5)).toBeGreaterThan(LIMIT);
    });
  }
  test("an estimator is unbiased exactly if it is exact for all degrees", () => {
    for (const { create } of catalogue) expect(create().exactDegree === "all").toBe(create().unbiased);
  });
});

describe("samples and values", () => {
  for (const entry of supported.filter((e) => e.id !== "exact")) {
    const { estimator, case: c } = entry;
    test(`${title(entry)}: the sample is hard as declared, and follows the probabilities`, async () => {
      let seen: number[][] = [];
      const record: Objective = (x) => {
        seen = (x.ref.reshape([-1, width(c.event)]).js() as number[][]) ?? [];
        return np.sum(x, lastAxes(c.event.length));
      };
      const q = makeDistribution(c.kind, repeated(c, 4000));
      const losses = statefulExpectation(q, record, estimator, random.key(3), estimator.init(q)).losses;
      const values = losses.js() as number[];
      const isHard = seen.every((row) => row.every((v) => v === 0 || v === 1));
      expect(isHard).toBe(estimator.forward === "hard");
      // The value is f at the sample: the mean over the samples of each example.
      const perExample = seen.length / 4000;
      for (const n of [0, 17, 3999]) {
        const rows = Array.from({ length: perExample }, (_, k) => seen[k * 4000 + n]!);
        const mean = rows.flat().reduce((a, b) => a + b, 0) / perExample;
        expect(values[n]).toBeCloseTo(mean, 5);
      }
      expect(perExample).toBe(estimator.evaluations(makeDistribution(c.kind, repeated(c, 2))));
      if (estimator.forward === "soft") return;
      // Chi-square over all states. The first sample of each example is used: those of a pair are not independent.
      const all = states(c.kind, c.logits, c.categories);
      const counts = new Map<string, number>();
      for (const row of seen.slice(0, 4000)) counts.set(row.join(), (counts.get(row.join()) ?? 0) + 1);
      const chi = all.reduce((sum, s) => {
        const expected = 4000 * s.probability;
        return sum + ((counts.get(s.x.join()) ?? 0) - expected) ** 2 / expected;
      }, 0);
      // Wilson-Hilferty: (chi/df)^(1/3) is near normal with mean 1 - 2/(9 df) and variance 2/(9 df).
      const spread = 2 / (9 * (all.length - 1));
      expect((Math.cbrt(chi / (all.length - 1)) - (1 - spread)) / Math.sqrt(spread)).toBeLessThan(LIMIT);
    });
  }
});

describe("every estimator", () => {
  for (const entry of supported) {
    const { estimator, case: c } = entry;
    const start = () => estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
    const f: Objective = (x) => objectives[5]!.jax(x, c.event.length);
    const loss = (logits: np.Array, key: np.Array): np.Array => {
      const { losses, state } = statefulExpectation(
        makeDistribution(c.kind, logits),
        f,
        estimator,
        key,
        start(),
      );
      for (const array of Object.values(state)) array.dispose();
      return np.sum(losses);
    };

    test(`${title(entry)}: jit = eager, the same key gives the same bits, vmap over keys = loop`, () => {
      const eager = grad(loss)(repeated(c, 5), random.key(1)).js();
      const again = grad(loss)(repeated(c, 5), random.key(1)).js();
      const jitted = jit(grad(loss))(repeated(c, 5), random.key(1)).js();
      expect(again).toEqual(eager);
      expect(np.allclose(np.array(jitted), np.array(eager), { rtol: 1e-4, atol: 1e-6 })).toBe(true);
      const keys = random.split(random.key(9), 3);
      const mapped = vmap((key: np.Array) => grad(loss)(repeated(c, 5), key))(keys.ref).js();
      const looped = np.split(keys, 3, 0).map((key) => grad(loss)(repeated(c, 5), key.reshape([2])).js());
      expect(np.allclose(np.array(mapped), np.array(looped), { rtol: 1e-4, atol: 1e-6 })).toBe(true);
    });

    test(`${title(entry)}: gradients to the parameters of f are right`, () => {
      // losses are linear in w, so w * dlosses/dw must be the losses themselves.
      const w = np.array([0.5, -1.5, 2, 0.25, 1, -0.75].slice(0, width(c.event))).reshape([...c.event]);
      const weighted = (weights: np.Array): np.Array => {
        const g: Objective = (x) => np.sum(x.mul(weights), lastAxes(c.event.length));
        const q = makeDistribution(c.kind, repeated(c, 50));
        const { losses, state } = statefulExpectation(q, g, estimator, random.key(4), start());
        for (const array of Object.values(state)) array.dispose();
        return np.sum(losses);
      };
      const value = weighted(w.ref).js() as number;
      const euler = np.sum(w.ref.mul(grad(weighted)(w))).js() as number;
      expect(euler).toBeCloseTo(value, 3);
    });

    test(`${title(entry)}: needs are as declared, NaN never appears, inputs are consumed once`, () => {
      const blind: Objective = (x) => detach(f(x));
      const gradient = grad((logits: np.Array) => {
        const { losses, state } = statefulExpectation(
          makeDistribution(c.kind, logits),
          blind,
          estimator,
          random.key(2),
          start(),
        );
        for (const array of Object.values(state)) array.dispose();
        return np.sum(losses);
      })(repeated(c, 50)).js() as number[];
      const some = gradient.flat(9).some((v) => v !== 0);
      expect(some, "gradient without a gradient of f").toBe(estimator.needs === "values");

      for (const extreme of [-100, 0, 100]) {
        const pattern = Array.from({ length: width(c.event) }, (_, i) => (i % 2 ? -extreme : extreme));
        const logits = np.array(pattern).reshape([1, ...c.event]);
        const wide = np.broadcastTo(logits, [4, ...c.event]);
        const g = grad(loss)(wide, random.key(8)).js().flat(9) as number[];
        expect(g.every(Number.isFinite), `logits ${extreme}`).toBe(true);
      }

      const logits = np.array([...c.logits, ...c.logits]).reshape([2, ...c.event]);
      loss(logits.ref, random.key(1)).dispose();
      expect(logits.refCount).toBe(1);
      logits.dispose();
    });
  }

  test("one category is no choice: gradient zero, no NaN", () => {
    for (const { create } of catalogue.filter((e) => e.create().supports.includes("categorical"))) {
      const estimator = create();
      const gradient = grad((logits: np.Array) => {
        const q = makeDistribution("categorical", logits);
        const { losses, state } = statefulExpectation(
          q,
          (x) => np.sum(x.mul(3), [-2, -1]),
          estimator,
          random.key(1),
          estimator.init(q),
        );
        for (const array of Object.values(state)) array.dispose();
        return np.sum(losses);
      })(np.array([[[0.3]], [[-2]]])).js() as number[];
      const expected = estimator.id === "straight-through" ? 3 : 0; // identity copies g whatever the categories
      for (const g of gradient.flat(9)) expect(g, estimator.id).toBeCloseTo(expected, 6);
    }
  });

  test("a thousand jitted steps leak nothing", () => {
    for (const id of ["reinmax", "rloo", "reinforce-minimum-variance"]) {
      const entry = supported.find((e) => e.id === id)!;
      const { estimator, case: c } = entry;
      const step = jit((logits: np.Array, key: np.Array, state: { [name: string]: np.Array }) => {
        const q = makeDistribution(c.kind, logits);
        const result = statefulExpectation(
          q,
          (x) => objectives[5]!.jax(x, c.event.length),
          estimator,
          key,
          state,
        );
        return [np.mean(result.losses), result.state] as [np.Array, { [name: string]: np.Array }];
      });
      const logits = np.array([...c.logits, ...c.logits]).reshape([2, ...c.event]);
      const key = random.key(1);
      let state = estimator.init(makeDistribution(c.kind, logits));
      const run = (steps: number): void => {
        for (let i = 0; i < steps; i++) {
          const [loss, next] = step(logits.ref, key.ref, state);
          state = next;
          loss.dispose();
        }
      };
      run(100);
      const before = process.memoryUsage().rss;
      run(1000);
      expect(logits.refCount, id).toBe(1);
      expect(key.refCount, id).toBe(1);
      // A leak of one array of 24 floats per step would be small in bytes, but each holds a JavaScript object as well.
      expect((process.memoryUsage().rss - before) / 2 ** 20, id).toBeLessThan(32);
    }
  });
});

describe("what is declared can be read", () => {
  test("ids are unique, and every entry has formula, note, reference and example", () => {
    const ids = catalogue.map((e) => e.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, create } of catalogue) {
      const e = create();
      expect(e.id).toBe(id);
      for (const text of [e.title, e.formula, e.note, e.example, e.reference.title])
        expect(text.length).toBeGreaterThan(0);
      expect(e.example).toMatch(/^(through|expectation|statefulExpectation)\(/);
    }
  });

  test("options out of range, of the wrong type, or unknown are refused with a sentence", () => {
    for (const { create } of catalogue) {
      expect(() => create({ nonsense: 1 })).toThrow(/option nonsense is unknown/);
      for (const [name, spec] of Object.entries(create().options)) {
        const bad =
          spec.type === "choice" ? ["nonsense", 3] : [spec.min - 1, spec.max + 1, Number.NaN, "1", null];
        for (const value of bad)
          expect(() => create({ [name]: value }), `${create().id} ${name}`).toThrow(RangeError);
        if (spec.type === "number" && spec.integer)
          expect(() => create({ [name]: spec.min + 0.5 })).toThrow(/whole/);
      }
    }
  });

  test("through gives path estimators a sample, and refuses the others", () => {
    for (const { create } of catalogue) {
      const estimator = create();
      const kind = estimator.supports[0]!;
      const run = () => through(makeDistribution(kind, np.zeros([2, 3])), estimator, random.key(0));
      if (estimator.needs === "values") expect(run).toThrow(/needs the losses/);
      else expect(run().shape).toEqual([2, 3]);
    }
  });

  test("what is not supported is refused by name", () => {
    const f: Objective = (x) => np.sum(x, -1);
    for (const { create } of catalogue.filter((e) => !e.create().supports.includes("categorical")))
      expect(() =>
        expectation(makeDistribution("categorical", np.zeros([2, 3])), f, create(), random.key(0)),
      ).toThrow(/does not support categorical/);
    expect(cases.length).toBe(4);
  });
});
