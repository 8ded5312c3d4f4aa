import "./setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  catalogue,
  firstRows,
  followThreshold,
  gaussianGateOpen,
  grad,
  hardConcreteGate,
  hardConcreteOpen,
  hardTopK,
  hatGate,
  neuralSort,
  plackettLuce,
  relaxedTopK,
  routedOverflow,
  softSort,
  softTopK,
  subset,
  through,
} from "../src/index.ts";
import { caseOf, makeDistribution } from "./harness.ts";

const schedulable = catalogue.flatMap(({ id, create }) =>
  Object.entries(create().options).flatMap(([option, spec]) =>
    spec.type === "number" && spec.schedulable ? [{ id, create, option, spec }] : [],
  ),
);

describe("scalar arrays as options", () => {
  test("there are some", () => {
    expect(schedulable.length).toBeGreaterThan(14);
  });
  for (const { id, create, option, spec } of schedulable) {
    const outside = [-1, spec.min - 0.005, spec.max * 1.01, Number.NaN, Infinity, -Infinity].filter(
      (v) => !(v >= spec.min && v <= spec.max),
    );
    test(`${id}, ${option}: out of range it is refused where it has a value`, () => {
      for (const value of outside) {
        const said = new RegExp(`${id}: ${option} must be a number from ${spec.min} to ${spec.max}, not`);
        expect(() => create({ [option]: np.array(value) }), `${value}`).toThrow(said);
        expect(() => create({ [option]: value }), `${value}`).toThrow(said);
      }
      expect(() => create({ [option]: np.array([1, 1]) })).toThrow(/must be a scalar, not of shape \[2\]/);
      expect(() => create({ [option]: "1" })).toThrow(/must be a number from/);
      for (const value of [spec.min, spec.default, spec.max])
        expect(create({ [option]: np.array(value) }).id).toBe(id);
    });
    test(`${id}, ${option}: inside jit it is NaN out of range, and the number's equal within`, () => {
      const kind = create().supports[0]!;
      const c = caseOf(kind);
      const logits = (): np.Array => np.array([...c.logits]).reshape([1, ...c.event]);
      const objective = (t: number | np.Array, key: np.Array) => {
        const estimator = create({ [option]: t });
        if (!estimator.path) throw new Error(`${id} has no path`);
        return (a: np.Array): np.Array =>
          np.sum(np.square(through(makeDistribution(kind, a), estimator, key).sub(0.3)));
      };
      const value = jit((t: np.Array, key: np.Array) => objective(t, key)(logits()));
      const slope = jit((t: np.Array, key: np.Array) => grad(objective(t, key))(logits()));
      for (const bad of outside) {
        expect(value(np.array(bad), random.key(3)).item(), `${bad}`).toBeNaN();
        const gradient = slope(np.array(bad), random.key(3)).dataSync() as Float32Array;
        expect([...gradient].some(Number.isNaN), `${bad}`).toBe(true);
      }
      for (const good of [Math.max(spec.min, 0.1), spec.default, Math.min(2, spec.max)]) {
        const traced = slope(np.array(good), random.key(3)).dataSync() as Float32Array;
        const plain = grad(objective(good, random.key(3)))(logits()).dataSync() as Float32Array;
        traced.forEach((v, i) => {
          // Compiled and eager sums of a few float32 products; slopes are up to 1 / 0.01.
          expect(Math.abs(v - plain[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(plain[i]!)));
        });
      }
      value.dispose();
      slope.dispose();
    });
  }
});

describe("scalars and counts of functions", () => {
  const s = (): np.Array => np.array([0.3, 2, -1, 0.7]);
  const soft: { [name: string]: (t: number | np.Array) => np.Array } = {
    relaxedTopK: (t) => relaxedTopK(s(), 2, t),
    neuralSort: (t) => neuralSort(s(), t),
    softSort: (t) => softSort(s(), t),
    softTopK: (t) => softTopK(s(), 2, t),
  };
  for (const [name, call] of Object.entries(soft))
    test(`${name}: a temperature that is none`, () => {
      for (const t of [0, -1, Number.NaN, Infinity]) {
        const said = new RegExp(`${name}: temperature must be a number from`);
        expect(() => call(t)).toThrow(said);
        expect(() => call(np.array(t))).toThrow(said);
        const values = jit(call)(np.array(t)).dataSync() as Float32Array;
        expect([...values].every(Number.isNaN), `${t}`).toBe(true);
      }
      expect(jit(call)(np.array(0.5)).shape.length).toBe(call(np.array(0.5)).shape.length);
    });
  test("HAT's slope, a threshold's reach, hard-concrete and Gaussian gates", () => {
    for (const bad of [0, -1, Number.NaN])
      expect(() => hatGate(s(), np.array(bad))).toThrow(/hatGate: slope must be/);
    expect(() => hatGate(s(), np.array(1), { maximum: 1 })).toThrow(/maximum must be a number above 1/);
    expect(() => followThreshold(np.array(0), s(), 0.5, np.array(-1))).toThrow(
      /followThreshold: reach must be/,
    );
    expect(() => hardConcreteOpen(s(), { temperature: -1 })).toThrow(/hardConcreteOpen: temperature must be/);
    expect(() => hardConcreteOpen(s(), { temperature: np.array(-1) })).toThrow(/temperature must be/);
    expect(() => hardConcreteOpen(s(), { low: 0 })).toThrow(/hardConcreteOpen: low must be/);
    expect(() => hardConcreteGate(s(), { high: 0.5 })).toThrow(/hardConcreteGate: high must be/);
    expect(() => gaussianGateOpen(s(), { deviation: 0 })).toThrow(/gaussianGateOpen: deviation must be/);
    const t = np.array(0.5);
    const scheduled = hardConcreteOpen(s(), { temperature: t }).js() as number[];
    const plain = hardConcreteOpen(s(), { temperature: 0.5 }).js() as number[];
    scheduled.forEach((v, i) => {
      expect(Math.abs(v - plain[i]!)).toBeLessThan(1e-6);
    });
    expect(t.refCount).toBe(1);
  });
  test("k is a whole number from 1 to n wherever there is one", () => {
    const calls: { [name: string]: (k: number) => unknown } = {
      hardTopK: (k) => hardTopK(s(), k),
      relaxedTopK: (k) => relaxedTopK(s(), k, 1),
      softTopK: (k) => softTopK(s(), k, 1),
      firstRows: (k) => firstRows(np.eye(4), k),
      subset: (k) => subset(s(), k),
      "plackett-luce": (k) => plackettLuce(s(), k),
    };
    for (const [name, call] of Object.entries(calls)) {
      for (const k of [0, -1, 1.5, 5, Number.NaN, Infinity, "2" as never])
        expect(() => call(k), `${name} ${k}`).toThrow(
          new RegExp(`${name}: k must be a whole number from 1 to 4, not`),
        );
      for (const k of [1, 4]) expect(() => call(k)).not.toThrow();
    }
    expect(() => hardTopK(np.array(1), 1)).toThrow(/at least one axis/);
    for (const capacity of [0, 1.5, 4, Number.NaN])
      expect(() => routedOverflow(np.ones([3, 2]), capacity)).toThrow(
        /capacity must be a whole number from 1 to 3/,
      );
  });
});
