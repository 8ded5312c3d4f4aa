import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  bernoulli,
  catalogue,
  categorical,
  type Distribution,
  decoupledStraightThrough,
  defineEstimator,
  disarm,
  type Estimator,
  expectation,
  type LossEstimator,
  type PathEstimator,
  poisson,
  reinmax,
  rloo,
  statefulExpectation,
  straightThrough,
  through,
  zgr,
} from "../src/index.ts";
import "./setup.ts";

/** What the compiler refuses is refused at run time as well, for JavaScript. */

const f = (x: np.Array): np.Array => np.sum(x, -1);
const logits = (): np.Array => np.zeros([2, 3]);
const key = (): np.Array => random.key(0);

describe("what can't work does not compile", () => {
  test("only estimators with a path go through", () => {
    expectTypeOf(through(bernoulli(logits()), reinmax(), key())).toEqualTypeOf<np.Array>();
    // @ts-expect-error rloo needs the losses
    expect(() => through(bernoulli(logits()), rloo(), key())).toThrow(/needs the losses/);
  });
  test("a distribution that the estimator does not support", () => {
    expectation(bernoulli(logits()), f, disarm(), key());
    // @ts-expect-error disarm is for Bernoulli units
    expect(() => expectation(categorical(logits()), f, disarm(), key())).toThrow(/does not support/);
    // @ts-expect-error the same with state
    expect(() => statefulExpectation(categorical(logits()), f, disarm(), key(), {})).toThrow(/support/);
    // @ts-expect-error straight-through is not for counts
    expect(() => through(poisson(logits()), straightThrough(), key())).toThrow(/does not support/);
  });
  test("an option of another name, type or choice", () => {
    rloo({ samples: 8 });
    // @ts-expect-error a typing error
    expect(() => rloo({ sample: 8 })).toThrow(/option sample is unknown/);
    // @ts-expect-error of another type
    expect(() => rloo({ samples: "8" })).toThrow(/whole number/);
    // @ts-expect-error a number that no schedule may move
    expect(() => rloo({ samples: np.array(8) })).toThrow(/whole number/);
    // @ts-expect-error no such choice
    expect(() => decoupledStraightThrough({ noise: "loud" })).toThrow(/one of shared, none/);
    // @ts-expect-error it takes none
    expect(() => zgr({ temperature: 1 })).toThrow(/it takes none/);
  });
  test("a paper that is not in the references", () => {
    defineEstimator({
      id: "mine",
      title: "Mine",
      family: "straight-through",
      supports: ["bernoulli"],
      unbiased: false,
      formula: "g",
      note: "An example.",
      // @ts-expect-error no such key
      reference: "nobody1900",
      path: (q: Distribution) => q.logits,
    });
  });
});

describe("what is known is in the type", () => {
  test("kinds, and how an estimator is used", () => {
    expectTypeOf(bernoulli(logits())).toEqualTypeOf<Distribution<"bernoulli">>();
    expectTypeOf(reinmax()).toEqualTypeOf<PathEstimator<"bernoulli" | "categorical">>();
    expectTypeOf(disarm()).toEqualTypeOf<LossEstimator<"bernoulli">>();
  });
  test("settings come from the table", () => {
    const mine = defineEstimator({
      id: "mine",
      title: "Mine",
      family: "straight-through",
      supports: ["bernoulli"],
      unbiased: false,
      formula: "c g",
      note: "An example.",
      options: {
        c: { type: "number", default: 1, min: 0, max: 9, help: "" },
        t: { type: "number", default: 1, min: 0, max: 9, schedulable: true, help: "" },
        side: { type: "choice", default: "left", choices: ["left", "right"], help: "" },
        on: { type: "boolean", default: true, help: "" },
      },
      path: (q, noise, settings) => {
        expectTypeOf(settings.c).toEqualTypeOf<number>();
        expectTypeOf(settings.t).toEqualTypeOf<number | np.Array>();
        expectTypeOf(settings.side).toEqualTypeOf<"left" | "right">();
        expectTypeOf(settings.on).toEqualTypeOf<boolean>();
        noise.dispose();
        return q.logits.mul(settings.c);
      },
    });
    expectTypeOf(mine).parameter(0).toExtend<{ side?: "left" | "right"; on?: boolean } | undefined>();
    expect(mine({ side: "right", on: false }).settings).toEqual({ c: 1, t: 1, side: "right", on: false });
    // @ts-expect-error no such side
    expect(() => mine({ side: "up" })).toThrow(/one of left, right/);
    // @ts-expect-error a word is no truth value
    expect(() => mine({ on: "yes" })).toThrow(/true or false/);
  });
  test("code for any estimator needs no cast", () => {
    const use = (e: Estimator, q: Distribution): np.Array =>
      e.path ? through(q, e, key()) : expectation(q, f, e, key());
    for (const id of ["reinmax", "rloo"]) {
      const { create } = catalogue.find((entry) => entry.id === id)!;
      expect(use(create(), bernoulli(logits())).shape[0]).toBe(2);
    }
  });
});
