import "../setup.ts";
import { jit, numpy as np, random, vmap } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  catalogue,
  categorical,
  type Distribution,
  distributionFunctions,
  type Estimator,
  exactGradient,
  grad,
  type Kind,
  type Objective,
  plackettLuce,
  sample,
  statefulExpectation,
  subset,
  through,
} from "../../src/index.ts";

/** A distribution with a mask, and the same one without the entries that the mask forbids. */
interface Case {
  readonly kind: Kind;
  readonly title: string;
  readonly mask: boolean[] | boolean[][];
  readonly make: (logits: np.Array, mask?: np.Array) => Distribution;
}

const open = [true, false, true, true, false];
const cases: readonly Case[] = [
  { kind: "bernoulli", title: "bernoulli", mask: open, make: (a, mask) => bernoulli(a, mask && { mask }) },
  {
    kind: "categorical",
    title: "categorical",
    mask: open,
    make: (a, mask) => categorical(a, mask && { mask }),
  },
  {
    kind: "categorical",
    title: "two categorical variables",
    mask: [open, [false, true, true, false, true]],
    make: (a, mask) => categorical(a, mask && { mask }),
  },
  { kind: "subset", title: "subset of 2", mask: open, make: (a, mask) => subset(a, 2, mask && { mask }) },
  {
    kind: "plackett-luce",
    title: "plackettLuce of 2",
    mask: open,
    make: (a, mask) => plackettLuce(a, 2, mask && { mask }),
  },
];

const N = 3000;
/** Logits of the allowed entries; the forbidden ones hold what must not matter. */
const allowed = [0.4, -0.9, 0.7];
const rowOf = (mask: boolean[], junk: number): number[] => {
  let i = 0;
  return mask.map((on) => (on ? allowed[i++]! : junk));
};
const isDeep = (mask: Case["mask"]): mask is boolean[][] => Array.isArray(mask[0]);
const full = (c: Case, junk: number): np.Array =>
  np.array(isDeep(c.mask) ? c.mask.map((row) => rowOf(row, junk)) : rowOf(c.mask as boolean[], junk));
const small = (c: Case): np.Array => np.array(isDeep(c.mask) ? c.mask.map(() => allowed) : allowed);
const flat = (c: Case): boolean[] => (c.mask as boolean[]).flat() as boolean[];
const maskOf = (c: Case): np.Array => np.array(c.mask);

/** Not linear and not symmetric; NaN wherever something forbidden is asked for. */
const lossOf =
  (c: Case, whole: boolean): Objective =>
  (x) => {
    const axes = isDeep(c.mask) ? [-2, -1] : [-1];
    const weights = [1, -0.6, 1.7];
    const w = flat(c).flatMap((on, i) => {
      const place = flat(c)
        .slice(0, i)
        .filter((before) => before).length;
      const value = weights[place % 3]! + 0.1 * place;
      return on ? [value] : whole ? [0] : [];
    });
    const shape = x.shape.slice(x.ndim - axes.length);
    const value = np.square(np.sum(x.ref.mul(np.array(w).reshape(shape)), axes).sub(0.4));
    if (!whole) {
      x.dispose();
      return value;
    }
    const off = np.array(flat(c).map((on) => (on ? 0 : 1))).reshape(shape);
    const asked = np.greater(np.sum(np.abs(x).mul(off), axes), 0);
    return np.where(asked, Number.NaN, value);
  };

/** Estimates `[N, entries]` for N equal examples. */
function estimates(c: Case, estimator: Estimator, whole: boolean, seed: number): number[][] {
  const one = whole ? full(c, 60) : small(c);
  const shape = [N, ...one.shape];
  const q = (a: np.Array): Distribution => c.make(a, whole ? maskOf(c) : undefined);
  const run = jit((a: np.Array, key: np.Array) =>
    grad((logits: np.Array) => {
      const d = q(logits);
      const step = statefulExpectation(d, lossOf(c, whole), estimator, key, estimator.init(d));
      for (const array of Object.values(step.state)) array.dispose();
      return np.sum(step.losses);
    })(a),
  );
  const g = run(np.broadcastTo(one, shape), random.key(seed));
  return g.reshape([N, -1]).js() as number[][];
}

const moments = (column: number[]): { mean: number; error: number } => {
  const mean = column.reduce((s, x) => s + x, 0) / column.length;
  const variance = column.reduce((s, x) => s + (x - mean) ** 2, 0) / (column.length - 1);
  return { mean, error: Math.sqrt(variance / column.length) };
};

for (const c of cases)
  describe(`every estimator with a mask: ${c.title}`, () => {
    for (const { id, create } of catalogue) {
      const estimator = create();
      if (!estimator.supports.includes(c.kind)) continue;
      test(`${id}: nothing forbidden is asked for, no gradient there, elsewhere that of the distribution without`, () => {
        const g = estimates(c, estimator, true, 1);
        const reduced = estimates(c, estimator, false, 2);
        const columns = flat(c).map((_, i) => g.map((row) => row[i]!));
        for (const [i, on] of flat(c).entries())
          if (!on) expect(columns[i]!.every((x) => x === 0)).toBe(true);
        const kept = columns.filter((_, i) => flat(c)[i]);
        for (const [i, column] of kept.entries()) {
          const [a, b] = [moments(column), moments(reduced.map((row) => row[i]!))];
          // Five standard errors of two independent means; for estimates without variance, float32.
          const limit = 5 * Math.hypot(a.error, b.error) + 2e-5 * (1 + Math.abs(b.mean));
          expect(Math.abs(a.mean - b.mean)).toBeLessThan(limit);
        }
      });
      if (!estimator.path) continue;
      test(`${id}: a sample is exactly zero where it is forbidden`, () => {
        const spread = np.broadcastTo(full(c, -1e30), [200, ...full(c, 0).shape]);
        const x = through(c.make(spread, maskOf(c)), estimator, random.key(3))
          .reshape([200, -1])
          .js() as number[][];
        for (const row of x)
          for (const [i, on] of flat(c).entries()) {
            expect(Number.isFinite(row[i]!)).toBe(true);
            if (!on) expect(row[i]).toBe(0);
          }
      });
    }
  });

describe("laws with a mask", () => {
  const near = (got: number[], want: number[], tolerance = 2e-6): void => {
    expect(got.length).toBe(want.length);
    for (const [i, x] of got.entries()) expect(Math.abs(x - want[i]!)).toBeLessThan(tolerance);
  };
  const only = (c: Case, x: number[]): number[] => x.filter((_, i) => flat(c)[i]);
  for (const c of cases) {
    const of = distributionFunctions[c.kind];
    for (const junk of [0, 1e30, -1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      test(`${c.title}, ${junk} where it is forbidden: mean, samples, relaxed samples, jit, vmap`, () => {
        const q = (): Distribution => c.make(full(c, junk), maskOf(c));
        const mean = [...of.mean(q()).dataSync()];
        near(only(c, mean), [...of.mean(c.make(small(c))).dataSync()]);
        for (const [i, on] of flat(c).entries()) if (!on) expect(mean[i]).toBe(0);
        const compiled = jit((a: np.Array, m: np.Array) => of.mean(c.make(a, m)))(full(c, junk), maskOf(c));
        near([...compiled.dataSync()], mean);
        const keys = random.split(random.key(1), 300);
        const draws = vmap((key: np.Array) => sample(q(), key))(keys)
          .reshape([300, -1])
          .js() as number[][];
        expect(
          draws.every((row) => row.every((x, i) => (x === 0 || x === 1) && (flat(c)[i] || x === 0))),
        ).toBe(true);
        if (!of.relaxed) return;
        const soft = [
          ...of.relaxed(q(), of.noise(random.key(2), full(c, 0).shape), 5).dataSync(),
        ] as number[];
        for (const [i, on] of flat(c).entries()) {
          expect(Number.isFinite(soft[i]!)).toBe(true);
          if (!on) expect(soft[i]).toBe(0);
        }
      });
    test(`${c.title}: the oracle, with f that is NaN at what is forbidden`, async () => {
      const one = (a: np.Array): np.Array => (isDeep(c.mask) ? a.reshape([1, ...a.shape]) : a);
      const masked = await exactGradient(c.make(one(full(c, 5)), maskOf(c)), lossOf(c, true));
      const plain = await exactGradient(c.make(one(small(c))), lossOf(c, false));
      near(only(c, masked.gradient), plain.gradient);
      expect(masked.gradient.every((x, i) => flat(c)[i] || x === 0)).toBe(true);
      near([masked.mean], [plain.mean]);
    });
  }

  test("a common shift of allowed logits changes nothing, and a single allowed one is certain", () => {
    const mask = (): np.Array => np.array([true, true, false]);
    const q = categorical(np.array([-1e9, -1e9, 0]), { mask: mask() });
    near([...distributionFunctions.categorical.mean(q).dataSync()], [0.5, 0.5, 0]);
    const one = categorical(np.array([-80, 3, 9]), { mask: np.array([true, false, false]) });
    expect(sample(one, random.key(0)).js()).toEqual([1, 0, 0]);
    const all = subset(np.array([1, 2, 3]), 2, { mask: mask() });
    expect(sample(all, random.key(0)).js()).toEqual([1, 1, 0]);
    expect(
      sample(bernoulli(np.array([50, 50]), { mask: np.array([false, false]) }), random.key(0)).js(),
    ).toEqual([0, 0]);
  });

  test("masks that allow too little, of the wrong type or shape, are refused", () => {
    const a = (): np.Array => np.zeros([2, 3]);
    const rows = (): np.Array =>
      np.array([
        [true, false, false],
        [false, false, false],
      ]);
    expect(() => categorical(a(), { mask: rows() })).toThrow(/allows 0 of 3 in row 1 of 2, but at least 1/);
    expect(() => subset(a(), 2, { mask: rows() })).toThrow(
      /subset: the mask allows 1 of 3 in row 0 of 2, but at least 2/,
    );
    expect(() => plackettLuce(a(), 2, { mask: rows() })).toThrow(/at least 2 must be allowed/);
    expect(() => categorical(a(), { mask: np.array([1, 0, 1]) })).toThrow(/array of truth values.*float32/);
    expect(() => bernoulli(a(), { mask: [true] as never })).toThrow(/array of truth values/);
    expect(() => bernoulli(a(), { mask: np.array([true, false]) })).toThrow(
      /does not broadcast to logits of shape \[2,3\]/,
    );
    expect(() => categorical(np.array([0, Number.NaN]), { mask: np.array([true, true]) })).toThrow(
      /must be finite/,
    );
    expect(() => categorical(np.array([0, Number.NaN]))).toThrow(/give the distribution a mask/);
  });

  test("inside jit, where no value can be looked at, a row with too few allowed is NaN and the others are right", () => {
    const rows = np.array([
      [true, true, false],
      [false, false, false],
    ]);
    const mean = jit((m: np.Array) =>
      distributionFunctions.categorical.mean(categorical(np.zeros([2, 3]), { mask: m })),
    );
    expect(mean(rows).js()).toEqual([
      [0.5, 0.5, 0],
      [Number.NaN, Number.NaN, Number.NaN],
    ]);
  });
});
