import "./setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  audit,
  bernoulli,
  binomial,
  categorical,
  categoricalDisarm,
  expandGates,
  expectation,
  fini2,
  fisherDiagonal,
  hardTopK,
  holdUnits,
  localExpectation,
  measureValued,
  mve,
  type Objective,
  plackettLuce,
  poisson,
  raoBlackwell,
  reinforce,
  routedBlocks,
  routedOverflow,
  softTopK,
  subset,
  unorderedSet,
} from "../src/index.ts";

/** Whole numbers are accepted from the first to the last that is documented, and no other. */

const f: Objective = (x) => np.sum(x, -1);
const q = () => bernoulli(np.array([0.3, -0.2, 0.5]));
const scores = () => np.array([1, 2, 3, 4]);
const gates = () => np.ones([4, 2]);
const auditWith = (options: object) => audit(q(), f, [reinforce()], { samples: 100, ...options });

const table: [string, number, number, (value: number) => unknown][] = [
  ["audit: samples", 100, 1_000_000, (samples) => auditWith({ samples })],
  ["audit: seed", 0, 2 ** 32 - 1, (seed) => auditWith({ seed })],
  ["audit: warmup", 0, 100_000, (warmup) => auditWith({ warmup })],
  ["holdUnits: held", 1, 4096, (held) => holdUnits(q(), f, [0], random.key(0), { held })],
  ["holdUnits: a unit", 0, 2, (unit) => holdUnits(q(), f, [unit], random.key(0))],
  [
    "fisherDiagonal: classes",
    1,
    2 ** 20,
    (n) =>
      fisherDiagonal(
        (p, x, y) => np.sum(p.w!.mul(x)).mul(np.sum(y)),
        { w: np.ones([1]) },
        np.ones([1, 1]),
        n,
      ),
  ],
  [
    "routedBlocks: capacity",
    1,
    4,
    (capacity) => routedBlocks(np.ones([4, 3]), gates(), np.ones([2, 3, 5]), np.ones([2, 5]), { capacity }),
  ],
  ["routedOverflow: capacity", 1, 4, (capacity) => routedOverflow(gates(), capacity)],
  ["expandGates: block", 1, 2 ** 20, (block) => expandGates(gates(), block)],
  ["poisson: maxCount", 1, 1023, (maxCount) => poisson(np.array([-20]), { maxCount })],
  ["binomial: trials", 1, 1023, (trials) => binomial(np.array([0]), trials)],
  ["subset: k", 1, 4, (k) => subset(scores(), k)],
  ["plackett-luce: k", 1, 4, (k) => plackettLuce(scores(), k)],
  ["hardTopK: k", 1, 4, (k) => hardTopK(scores(), k)],
  ["softTopK: k", 1, 4, (k) => softTopK(scores(), k, 1)],
];

describe("whole numbers", () => {
  const attempt = async (call: (value: number) => unknown, value: number): Promise<string> => {
    try {
      await call(value);
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const [name, min, max, call] of table)
    test(`${name}, ${min} to ${max}`, async () => {
      const refused = new RegExp(`^${name} must be a whole number from ${min} to ${max}, not `);
      for (const value of [min - 1, max + 1, min + 0.5, Number.NaN])
        expect(await attempt(call, value)).toMatch(refused);
      // A large one may take long.
      for (const value of max > 5000 ? [min] : [min, max])
        expect(await attempt(call, value), `${value}`).toBe("accepted");
    });
});

describe("categories that an estimator can take", () => {
  const after = (estimator: Parameters<typeof expectation>[2], categories: number): (() => unknown) => {
    const logits = np.zeros([1, categories]);
    return () => expectation(categorical(logits), f, estimator, random.key(0));
  };
  const most: [Parameters<typeof expectation>[2], number][] = [
    [fini2(), 512],
    [mve(), 512],
    [categoricalDisarm(), 4096],
    [localExpectation(), 4096],
    [measureValued(), 4096],
  ];
  test.each(most)("%o", (estimator, limit) => {
    expect(after(estimator, limit + 1)).toThrow(
      `${estimator.id}: ${limit + 1} categories are more than ${limit}`,
    );
  });
  test("states that are listed: 4096", () => {
    const units = (count: number) => bernoulli(np.zeros([1, count]));
    for (const estimator of [raoBlackwell(), unorderedSet()]) {
      expect(estimator.evaluations(units(12))).toBeGreaterThan(1);
      expect(() => estimator.evaluations(units(13))).toThrow("8192 joint states are more than 4096");
    }
  });
});
