import { Array as ConcreteArray, jit, numpy as np, random, vmap } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { catalogue, grad, type Objective, statefulExpectation, through } from "../src/index.ts";
import { references } from "../src/references.ts";
import { detach, lastAxes } from "../src/surrogate.ts";
import { caseOf, cases, makeDistribution, repeated, supported } from "./harness.ts";
import { objectives } from "./objectives.ts";
import { states } from "./oracle.ts";

/** Every property that an entry of the catalogue declares is checked for every entry: here all but its bias. */
const LIMIT = 4.5;
const coupled = objectives.find((o) => o.name === "coupled")!;
const width = (event: readonly number[]): number => event.reduce((a, b) => a * b, 1);
const title = (entry: (typeof supported)[number]): string =>
  `${entry.id}, ${entry.case.kind}, first logit ${entry.case.logits[0]!.toFixed(2)}`;

/** Estimators whose value is not the mean of f over what they evaluate. */
const valueIs: { readonly [id: string]: "first" | "weighted" } = {
  // f at the sample; the other evaluations serve the gradient
  "local-expectation": "first",
  "measure-valued": "first",
  "stochastic-triples": "first",
  muprop: "first",
  rebar: "first",
  relax: "first",
  // a weighted mean, or a bound
  exact: "weighted",
  "sparsemax-marginal": "weighted",
  "entmax-marginal": "weighted",
  vimco: "weighted",
  "unordered-set": "weighted",
  "rao-blackwell": "weighted",
};
/** Estimators whose first evaluation is not a sample of the distribution. */
const notASample = ["exact", "sparsemax-marginal", "entmax-marginal", "rao-blackwell"];

describe("samples and values", () => {
  const rowsOf = (c: (typeof supported)[number]["case"], x: np.Array): number[][] =>
    x.reshape([-1, width(c.event)]).js() as number[][];
  for (const entry of supported) {
    const { estimator, id, case: c } = entry;
    test(`${title(entry)}: evaluations, hardness, value and law are as declared`, () => {
      const count = 4000;
      const seen: number[][] = [];
      let evaluations = 0;
      let traced = false;
      const record: Objective = (x) => {
        evaluations += x.size / width(c.event) / count;
        if (x instanceof ConcreteArray) for (const row of rowsOf(c, x.ref)) seen.push(row);
        else traced = true;
        return np.sum(x, lastAxes(c.event.length));
      };
      const q = makeDistribution(c.kind, repeated(c, count));
      const { losses } = statefulExpectation(q, record, estimator, random.key(3), estimator.init(q));
      const values = losses.js() as number[];
      expect(evaluations).toBe(estimator.evaluations(makeDistribution(c.kind, repeated(c, 2))));

      // Hard: the sine of whole multiples of pi is zero, whatever is averaged.
      const offGrid: Objective = (x) => np.sum(np.abs(np.sin(x.mul(Math.PI))), lastAxes(c.event.length));
      const again = makeDistribution(c.kind, repeated(c, count));
      const off = statefulExpectation(again, offGrid, estimator, random.key(3), estimator.init(again)).losses;
      const isHard = (off.js() as number[]).every((v) => Math.abs(v) < 1e-4);
      expect(isHard).toBe(estimator.forward === "hard");
      const onlyHardEvaluations = estimator.forward === "hard" && !estimator.needs.includes("soft");
      if (onlyHardEvaluations) expect(seen.flat().every(Number.isInteger)).toBe(true);

      if (traced) return;
      // The value is f at the sample: the mean over the samples of each example.
      const kind = valueIs[id] ?? "mean";
      for (const n of kind === "weighted" ? [] : [0, 17, 3999]) {
        const taken = kind === "first" ? 1 : evaluations;
        const rows = Array.from({ length: taken }, (_, k) => seen[k * count + n]!);
        expect(values[n]).toBeCloseTo(rows.flat().reduce((a, b) => a + b, 0) / taken, 4);
      }
      if (estimator.forward === "soft" || estimator.law === "own" || notASample.includes(id)) return;
      // Chi-square over all states. The first sample of each example is used: those of a pair are not independent.
      const all = states(c);
      const counts = new Map<string, number>();
      for (const row of seen.slice(0, count)) counts.set(row.join(), (counts.get(row.join()) ?? 0) + 1);
      // States expected less than 5 times share one cell.
      const rare = all.filter((s) => count * s.probability < 5);
      const cells = all
        .filter((s) => count * s.probability >= 5)
        .map((s) => ({ expected: count * s.probability, observed: counts.get(s.x.join()) ?? 0 }));
      if (rare.length > 0)
        cells.push({
          expected: Math.max(1, count - cells.reduce((a, s) => a + s.expected, 0)),
          observed: count - cells.reduce((a, s) => a + s.observed, 0),
        });
      const chi = cells.reduce((sum, s) => sum + (s.observed - s.expected) ** 2 / s.expected, 0);
      // Wilson-Hilferty: (chi/df)^(1/3) is near normal with mean 1 - 2/(9 df) and variance 2/(9 df).
      const spread = 2 / (9 * (cells.length - 1));
      expect((Math.cbrt(chi / (cells.length - 1)) - (1 - spread)) / Math.sqrt(spread)).toBeLessThan(LIMIT);
    });
  }
});

describe("every estimator", () => {
  // One scale of the logits: nothing here depends on it, and the extremes are tried below.
  for (const entry of supported.filter((e) => e.case === caseOf(e.case.kind))) {
    const { estimator, case: c } = entry;
    const start = () => estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
    const f: Objective = (x) => coupled.jax(x, c.event.length);
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

    // VIMCO's value is a bound that is not linear in f: equivalences.test.ts has its own check.
    if (estimator.id !== "vimco")
      test(`${title(entry)}: gradients to the parameters of f are right`, () => {
        // losses are linear in w, so w * dlosses/dw must be the losses themselves.
        const w = np.array([0.5, -1.5, 2, 0.25, 1, -0.75].slice(0, width(c.event))).reshape([...c.event]);
        const weighted = (weights: np.Array): np.Array => {
          const g: Objective = (x) => np.sum(x.mul(weights.ref), lastAxes(c.event.length));
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
      expect(some, "gradient without a gradient of f").toBe(estimator.needs.startsWith("values"));

      for (const extreme of [-100, 0, 100]) {
        // A log-rate of 100 is refused; 0.9 is near the most that the case's largest count allows.
        const pattern = Array.from({ length: width(c.event) }, (_, i) =>
          Math.min(i % 2 ? -extreme : extreme, c.kind === "poisson" ? 0.9 : 100),
        );
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
});

describe("what is declared can be read", () => {
  test("ids are unique, and every entry has formula, note, reference and example", () => {
    const ids = catalogue.map((e) => e.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, create } of catalogue) {
      const e = create();
      expect(e.id).toBe(id);
      expect(e.title, id).toMatch(/^[\p{Lu}\d].{2,}/u);
      // A formula is made of losses, their gradients, or the gradient of their mean.
      expect(e.formula, id).toMatch(/(?<![a-z])([gfJ]|grad)(?![a-z])/);
      expect(e.note, id).toMatch(/^\p{Lu}.*\.$/su);
      expect(Object.values(references), id).toContain(e.reference);
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
      const shape = [2, ...caseOf(kind).event];
      const run = () => through(makeDistribution(kind, np.zeros(shape)), estimator, random.key(0));
      if (!estimator.path) expect(run).toThrow(/needs the losses/);
      else expect(run().shape).toEqual(shape);
      if (estimator.needs.startsWith("values")) expect(estimator.path).toBeUndefined();
    }
  });

  test("what is not supported is refused by name", () => {
    const f: Objective = (x) => np.sum(x, -1);
    const kinds = [...new Set(cases.map((c) => c.kind))];
    expect(kinds.length).toBe(6);
    for (const kind of kinds) {
      const others = catalogue.filter((e) => !e.create().supports.includes(kind));
      expect(others.length, kind).toBeGreaterThan(kind === "bernoulli" ? 0 : 5);
      for (const { id, create } of others)
        expect(
          () =>
            statefulExpectation(
              makeDistribution(kind, np.zeros([...caseOf(kind).event])),
              f,
              create(),
              random.key(0),
              {},
            ),
          `${id}, ${kind}`,
        ).toThrow(new RegExp(`${id} does not support ${kind}`));
    }
  });
});
