import "./setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  categorical,
  cosineSchedule,
  exponentialSchedule,
  geometricSchedule,
  gumbelSoftmax,
  linearSchedule,
  reinmax,
  rloo,
  type Schedule,
  slopeSchedule,
  through,
} from "../src/index.ts";

/** Golden numbers in float64 by numpy, apart from the code. */
const golden: [string, Schedule, number, number][] = [
  ["linear", linearSchedule({ from: 2, to: 0.5, steps: 1000 }), 250, 1.625],
  ["cosine", cosineSchedule({ from: 2, to: 0.5, steps: 1000 }), 250, 1.7803300859],
  ["geometric", geometricSchedule({ from: 2, to: 0.5, steps: 1000 }), 250, Math.SQRT2],
  ["exponential", exponentialSchedule({ from: 1, floor: 0.5, rate: 3e-5, every: 1000 }), 30_000, 0.5],
  ["exponential, not yet", exponentialSchedule({ from: 1, floor: 0.5, rate: 3e-5, every: 1000 }), 9999, 0.763379494],
  ["slope", slopeSchedule({ growth: 1.1, cap: 10 }), 30, 10],
  ["slope, not yet", slopeSchedule({ growth: 1.1, cap: 10 }), 3, 1.331],
]; // biome-ignore format: a table

describe("schedules", () => {
  test.each(golden)("%s", (_, schedule, step, value) => {
    expect(schedule.at(step)).toBeCloseTo(value, 9);
  });

  test("begin and end at their ends, never leave them, and stay there", () => {
    const all = [
      linearSchedule({ from: 0.3, to: 1.1, steps: 7 }),
      cosineSchedule({ from: 1.1, to: 0.3, steps: 7 }),
      geometricSchedule({ from: 1.1, to: 0.3, steps: 7 }),
      exponentialSchedule({ from: 1.1, floor: 0.3, rate: 0.5, every: 2 }),
      slopeSchedule({ growth: 1.5, cap: 1.1, from: 0.3 }),
    ];
    for (const schedule of all) {
      const values = Array.from({ length: 40 }, (_, t) => schedule.at(t));
      const [first, last] = schedule.at(0) > schedule.at(39) ? [1.1, 0.3] : [0.3, 1.1];
      expect([schedule.low, schedule.high], schedule.id).toEqual([0.3, 1.1]);
      expect(values[0], schedule.id).toBe(first);
      expect(
        values.slice(20).every((v) => v === last),
        schedule.id,
      ).toBe(true);
      expect(
        values.every((v) => v >= 0.3 && v <= 1.1),
        schedule.id,
      ).toBe(true);
      expect(schedule.at(1e9)).toBe(last);
      expect(() => schedule.at(-1)).toThrow(/the step must be a number of 0 or more, not -1/);
      expect(() => schedule.at(Number.NaN)).toThrow(/not NaN/);
    }
  });

  test("the exponential is constant for m steps", () => {
    const schedule = exponentialSchedule({ from: 1, floor: 0.01, rate: 0.1, every: 10 });
    for (const t of [10, 13, 19]) expect(schedule.at(t)).toBe(Math.exp(-1));
    expect(schedule.at(9)).toBe(1);
  });

  test("what leaves the temperatures of an estimator is refused when it is made", () => {
    const of = (estimator: ReturnType<typeof reinmax>, low: number) => [
      () => linearSchedule({ from: 2, to: low, steps: 10, estimator }),
      () => cosineSchedule({ from: low, to: 2, steps: 10, estimator }),
      () => geometricSchedule({ from: 2, to: low, steps: 10, estimator }),
      () => exponentialSchedule({ from: 2, floor: low, rate: 0.1, estimator }),
    ];
    for (const make of of(reinmax(), 0.5))
      expect(make).toThrow(/0\.5 is not a temperature of reinmax; give a number from 1 to/);
    for (const make of of(reinmax(), 1)) expect(make().low).toBe(1);
    for (const make of of(gumbelSoftmax(), 0)) expect(make).toThrow(RangeError);
    expect(() => linearSchedule({ from: 1, to: 0, steps: 10, estimator: gumbelSoftmax() })).toThrow(
      /to 0 is not a temperature of gumbel-softmax/,
    );
    expect(() => linearSchedule({ from: 2, to: 1, steps: 10, estimator: rloo() })).toThrow(
      /rloo has no temperature/,
    );
  });

  test("numbers out of range are refused", () => {
    const ends = { from: 2, to: 1 };
    expect(() => linearSchedule({ ...ends, steps: 0 })).toThrow(/steps must be a number of 1 or more, not 0/);
    expect(() => cosineSchedule({ ...ends, steps: Number.NaN })).toThrow(/steps must be/);
    expect(() => linearSchedule({ from: Number.NaN, to: 1, steps: 1 })).toThrow(/from must be a finite/);
    expect(() => geometricSchedule({ from: 0, to: 1, steps: 1 })).toThrow(/from must be a number above 0/);
    const decay = { from: 1, floor: 0.5, rate: 1e-4 };
    expect(() => exponentialSchedule({ ...decay, every: 0.5 })).toThrow(
      /every must be a number of 1 or more/,
    );
    expect(() => exponentialSchedule({ ...decay, rate: -1 })).toThrow(/rate must be a number of 0 or more/);
    expect(() => exponentialSchedule({ ...decay, floor: 0 })).toThrow(/floor must be a number above 0/);
    expect(() => slopeSchedule({ growth: 0.99, cap: 10 })).toThrow(/growth must be a number of 1 or more/);
    expect(() => slopeSchedule({ growth: 1.1, cap: 0.5 })).toThrow(/cap must be at least from = 1, not 0.5/);
  });

  test("an estimator takes its values, as a number or as an array", () => {
    const temperature = exponentialSchedule({ from: 2, floor: 1, rate: 0.1, estimator: reinmax() });
    const sampleAt = (value: number | np.Array): unknown =>
      through(categorical(np.array([[0.2, -1, 0.7]])), reinmax({ temperature: value }), random.key(0)).js();
    for (const t of [0, 5, 100])
      expect(sampleAt(temperature.at(t))).toEqual(sampleAt(np.array(temperature.at(t))));
  });
});
