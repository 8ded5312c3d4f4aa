import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import * as hardgrad from "../../src/index.ts";
import {
  catalogue,
  exampleOf,
  grad,
  type Objective,
  type PathEstimator,
  references,
  statefulExpectation,
  through,
} from "../../src/index.ts";
import { caseOf, cases, makeDistribution } from "../harness.ts";

/** What entries of the catalogue declare; conformance-*.test.ts and bias*.test.ts check that it is so. */

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

describe("what is declared can be read", () => {
  test("ids are unique, and every entry has formula, note, reference and example", () => {
    const ids = catalogue.map((e) => e.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const entry of catalogue) {
      const { id, create } = entry;
      const e = create();
      expect(e.id).toBe(id);
      expect(hardgrad, id).toHaveProperty(entry.name, create);
      expect(e.title, id).toMatch(/^[\p{Lu}\d].{2,}/u);
      // A formula is made of losses, their gradients, or the gradient of their mean.
      expect(e.formula, id).toMatch(/(?<![a-z])([gfJ]|grad)(?![a-z])/);
      expect(e.note, id).toMatch(/^\p{Lu}.*\.$/su);
      expect(Object.keys(references), id).toContain(e.reference);
      expect(exampleOf(entry)).toMatch(/^(through|expectation|statefulThrough|statefulExpectation)\(/);
    }
  });

  test("an estimator that enumerates refuses what has too many states, and no other does", () => {
    const many = { bernoulli: [60], categorical: [40, 3] } as { [kind: string]: number[] };
    const measured = catalogue.filter(({ create }) => create().supports.some((kind) => many[kind]));
    expect(measured.length).toBeGreaterThan(40);
    for (const { id, create } of measured) {
      const estimator = create();
      const kind = estimator.supports.find((k) => many[k])!;
      const q = makeDistribution(kind, np.zeros([1, ...many[kind]!]));
      const evaluations = (): number => estimator.evaluations(q);
      if (estimator.enumerates) expect(evaluations, id).toThrow(/states are more than/);
      else expect(evaluations(), id).toBeLessThan(200);
    }
  });

  test("a single sample: values at one sample, and one evaluation", () => {
    const single = catalogue.map(({ create }) => create()).filter((e) => e.singleSample);
    expect(single.map((e) => e.id)).toEqual(
      expect.arrayContaining(["reinforce", "reinforce-minimum-variance", "nvil"]),
    );
    for (const e of single) {
      expect(e.needs, e.id).toBe("values");
      for (const kind of e.supports) {
        const q = makeDistribution(kind, np.zeros([2, ...caseOf(kind).event]));
        expect(e.evaluations(q), e.id).toBe(1);
      }
    }
  });

  test("an estimator has state if, and only if, it says so", () => {
    for (const { id, create } of catalogue) {
      const estimator = create();
      const kind = estimator.supports[0]!;
      const state = estimator.init(makeDistribution(kind, np.zeros([2, ...caseOf(kind).event])));
      expect(Object.keys(state).length > 0, id).toBe(estimator.stateful);
    }
  });

  test("options out of range, of the wrong type, or unknown are refused with a sentence", () => {
    for (const { create } of catalogue) {
      expect(() => create({ nonsense: 1 })).toThrow(/option nonsense is unknown/);
      for (const [name, spec] of Object.entries(create().options)) {
        const bad =
          spec.type !== "number" ? ["nonsense", 3] : [spec.min - 1, spec.max + 1, Number.NaN, "1", null];
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
      // As JavaScript may call it: to the compiler an estimator without a path is an error.
      const run = () =>
        through(makeDistribution(kind, np.zeros(shape)), estimator as PathEstimator, random.key(0));
      if (!estimator.path) expect(run).toThrow(estimator.statefulPath ? /keeps state/ : /needs the losses/);
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
